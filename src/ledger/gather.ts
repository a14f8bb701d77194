import { setImmediate as breathe } from 'node:timers/promises';
import { databaseFailure } from './databaseError.ts';

export interface GatherOptions<Question, Answer> {
  /** Asks several questions in one statement; answers in their order. All of it happens, or nothing. */
  readonly together: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  readonly alone: (question: Question) => Promise<Answer>;
  /** Milliseconds from one statement to the next, while there is much to ask. */
  readonly apart?: number;
  /** Questions in one statement. */
  readonly most?: number;
}

/**
 * Milliseconds for which questions wait for the answer to those before them. A statement takes a few; one that takes
 * longer waits for a row that somebody has locked, and must not hold up the images that have nothing to do with it.
 */
const patience = 250;

/** What each of them would meet as well: asking one by one is no use. */
const outages: ReadonlySet<string> = new Set([
  'database-unreachable',
  'database-denied',
  'database-full',
  'database-readonly',
  'database-schema',
]);

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** Asks one question, together with others that come at about the same time. */
export type Gather<Question, Answer> = (question: Question) => Promise<Answer>;

/**
 * Puts questions that come at about the same time into one statement: one round trip, one transaction and one wait for
 * the disk for all of them. The first one after a rest is asked at once, so an image by itself waits for nothing. Each
 * gets its own answer or its own error: when a statement for several is refused, which undoes all of it, they are asked one
 * by one.
 */
export function gather<Question, Answer>(options: GatherOptions<Question, Answer>): Gather<Question, Answer> {
  const gathering = new Gathering(options);
  return (question) => gathering.ask(question);
}

class Gathering<Question, Answer> {
  readonly #options: GatherOptions<Question, Answer>;
  readonly #apart: number;
  readonly #most: number;
  #waiting: Waiting<Question, Answer>[] = [];
  #sentAt = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #unplan: (() => void) | undefined;

  constructor(options: GatherOptions<Question, Answer>) {
    this.#options = options;
    this.#apart = options.apart ?? 40;
    this.#most = options.most ?? 32;
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (this.#unplan === undefined || this.#waiting.length === this.#most) this.#plan();
    });
  }

  #plan(): void {
    this.#unplan?.();
    this.#unplan = undefined;
    if (this.#waiting.length === 0) return;
    const left = this.#sentAt + this.#restOf() - performance.now();
    const send = (): void => {
      this.#unplan = undefined;
      this.#send();
    };
    if (left <= 0) {
      // Those whose turn comes in the same breath come along.
      const immediate = setImmediate(send);
      this.#unplan = () => {
        clearImmediate(immediate);
      };
    } else {
      const timer = setTimeout(send, left);
      this.#unplan = () => {
        clearTimeout(timer);
      };
    }
  }

  /** Milliseconds from the statement before to the next one. */
  #restOf(): number {
    if (this.#underWay > 0) return patience;
    return this.#waiting.length >= this.#most ? 0 : this.#apart;
  }

  #send(): void {
    const batch = this.#waiting.slice(0, this.#most);
    this.#waiting = this.#waiting.slice(this.#most);
    this.#sentAt = performance.now();
    this.#underWay++;
    void this.#answer(batch).finally(() => {
      this.#underWay--;
      this.#plan();
    });
    this.#plan();
  }

  async #answer(batch: readonly Waiting<Question, Answer>[]): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      await this.#alone(first);
      return;
    }
    try {
      const answers = await this.#options.together(batch.map(({ question }) => question));
      for (const [at, { resolve, reject }] of batch.entries()) {
        // Each goes on at once, with a request of its own; all in one breath would keep everything else waiting.
        if (at > 0) await breathe();
        const answer = answers[at];
        if (answer === undefined) reject(new Error('the database gave fewer answers than it was asked for'));
        else resolve(answer);
      }
    } catch (error) {
      if (outages.has(databaseFailure(error).code)) for (const { reject } of batch) reject(error);
      else await Promise.all(batch.map((one) => this.#alone(one)));
    }
  }

  async #alone({ question, resolve, reject }: Waiting<Question, Answer>): Promise<void> {
    try {
      resolve(await this.#options.alone(question));
    } catch (error) {
      reject(error);
    }
  }
}

import { describe, expect, it } from 'vitest';
import { KuvaError } from '../../src/image/failure.ts';
import { gather } from '../../src/ledger/gather.ts';

/** Statements that were asked, and how the next one ends. */
class Asked {
  readonly statements: string[] = [];
  readonly #ends: ((answer: Promise<never> | undefined) => void)[] = [];
  readonly ask;

  constructor(options: { apart?: number; most?: number; wait?: boolean } = {}) {
    const { apart = 5, most = 10, wait = false } = options;
    const statement = async (text: string): Promise<void> => {
      this.statements.push(text);
      if (wait) await new Promise<Promise<never> | undefined>((resolve) => this.#ends.push(resolve));
    };
    this.ask = gather<string, string>({
      apart,
      most,
      alone: async (question) => {
        await statement(question);
        if (question.startsWith('bad')) throw new KuvaError('database-failed', { what: question, data: '' });
        return `${question}!`;
      },
      together: async (questions) => {
        await statement(questions.join('+'));
        const worst = questions.find((question) => /^bad|^away/.test(question));
        if (worst?.startsWith('away') === true)
          throw new KuvaError('database-unreachable', { what: worst, data: '' });
        if (worst !== undefined) throw new KuvaError('database-failed', { what: worst, data: '' });
        return questions.filter((question) => question !== 'unanswered').map((question) => `${question}!`);
      },
    });
  }

  /** Answers the oldest statement that waits. */
  end(): void {
    this.#ends.shift()?.(undefined);
  }

  async until(count: number): Promise<void> {
    for (let tries = 0; this.statements.length < count; tries++) {
      if (tries > 2_000) throw new Error(`only ${this.statements.join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

describe('Gathering questions', () => {
  it('asks one by itself in the form for one', async () => {
    const asked = new Asked();
    expect(await asked.ask('a')).toBe('a!');
    expect(asked.statements).toEqual(['a']);
  });

  it('asks those of one breath together, each with its own answer', async () => {
    const asked = new Asked();
    expect(await Promise.all(['a', 'b', 'c'].map((one) => asked.ask(one)))).toEqual(['a!', 'b!', 'c!']);
    expect(asked.statements).toEqual(['a+b+c']);
  });

  it('lets those that come while a statement is under way go together in the next one', async () => {
    const asked = new Asked({ wait: true });
    const first = asked.ask('a');
    await asked.until(1);
    const others = ['b', 'c'].map((one) => asked.ask(one));
    asked.end();
    expect(await first).toBe('a!');
    await asked.until(2);
    asked.end();
    expect(await Promise.all(others)).toEqual(['b!', 'c!']);
    expect(asked.statements).toEqual(['a', 'b+c']);
  });

  it('does not wait for ever for a statement that does not come back', async () => {
    const asked = new Asked({ wait: true });
    const stuck = asked.ask('a');
    await asked.until(1);
    const other = asked.ask('b');
    await asked.until(2);
    asked.end();
    asked.end();
    expect(await Promise.all([stuck, other])).toEqual(['a!', 'b!']);
  });

  it('puts no more into one statement than was said', async () => {
    const asked = new Asked({ most: 2 });
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map((one) => asked.ask(one)))).toEqual([
      'a!',
      'b!',
      'c!',
      'd!',
      'e!',
    ]);
    expect(asked.statements).toEqual(['a+b', 'c+d', 'e']);
  });

  it('asks one by one when a statement for several is refused, so that only the bad one has an error', async () => {
    const asked = new Asked();
    const ends = await Promise.allSettled(['a', 'bad', 'c'].map((one) => asked.ask(one)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(asked.statements).toEqual(['a+bad+c', 'a', 'bad', 'c']);
    // And goes on together.
    expect(await Promise.all(['d', 'e'].map((one) => asked.ask(one)))).toEqual(['d!', 'e!']);
  });

  it('does not ask one by one what an outage stops', async () => {
    const asked = new Asked();
    const ends = await Promise.allSettled(['a', 'away', 'c'].map((one) => asked.ask(one)));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked.statements).toEqual(['a+away+c']);
  });

  it('never leaves a question open that was not answered', async () => {
    const asked = new Asked();
    const ends = await Promise.allSettled(['a', 'unanswered'].map((one) => asked.ask(one)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

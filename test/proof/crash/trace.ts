/**
 * What happened on an image's way, in order: the crash points that were passed, and every effect that a kill would
 * leave behind: statements of the database, calls of the file system, requests to the object store. Recorded at the
 * outermost edge, so that an effect which is new to the program is seen without being told of here.
 */
import { Client } from 'pg';
import { z } from 'zod';
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import { scratchPrefix } from '../../../src/store/contract.ts';
import type { LogEntry } from '../proxy/proxy.ts';
import type { RequestKind } from '../proxy/request.ts';

type Happening =
  | { readonly kind: 'point'; readonly point: CrashPoint }
  | { readonly kind: 'effect'; readonly what: string; readonly request?: LogEntry };

/**
 * Of the database, by function or table: what only reads, and what is a worker's or a pipeline's business and no
 * image's. All others are effects.
 */
const noEffect = new Set([
  'beat',
  'drop_pools',
  'held_locks',
  'holds',
  'pipelines',
  'register_worker',
  'repair',
  'repair_own',
  'report_outages',
  'rescue',
  'unregister_worker',
]);
/** Graphile Worker unlocks, now and then, all jobs of processes that it takes for dead. */
const forgotten = /^with j as \([^]*locked_at < [^]* - interval '4 hours'/;
const registration = /^insert into (?:kuva\.pipelines|"graphile_worker"\._private_tasks)\b/;

const reading: ReadonlySet<RequestKind> = new Set(['list', 'head', 'get', 'bucket']);

export class Trace {
  #happenings: Happening[] = [];
  #requests: readonly LogEntry[] = [];
  #seen = 0;
  #on = false;

  /** @param requests a proxy's log, when there is one */
  start(requests: readonly LogEntry[] = []): void {
    this.#happenings = [];
    this.#requests = requests;
    this.#seen = requests.length;
    this.#on = true;
  }

  stop(): void {
    this.#takeRequests();
    this.#on = false;
  }

  /** What somebody else does, e.g. the owner of the images. */
  async unseen(act: () => Promise<void>): Promise<void> {
    this.#takeRequests();
    this.#on = false;
    try {
      await act();
    } finally {
      this.#seen = this.#requests.length;
      this.#on = true;
    }
  }

  point(point: CrashPoint): void {
    this.#add({ kind: 'point', point });
  }

  effect(what: string): void {
    this.#add({ kind: 'effect', what });
  }

  points(): CrashPoint[] {
    return this.#happenings.flatMap((one) => (one.kind === 'point' ? [one.point] : []));
  }

  /** Without requests that were refused: they changed nothing. */
  effects(): string[] {
    return this.#counted().flatMap((one) => (one.kind === 'effect' ? [one.what] : []));
  }

  /** Pairs of effects with no point between them, where nobody tried what a kill does. */
  gaps(): string[] {
    const gaps: string[] = [];
    let before: string | undefined;
    for (const one of this.#counted()) {
      if (one.kind === 'effect' && before !== undefined) gaps.push(`${before} → ${one.what}`);
      before = one.kind === 'effect' ? one.what : undefined;
    }
    return gaps;
  }

  #counted(): Happening[] {
    return this.#happenings.filter((one) => one.kind === 'point' || (one.request?.status ?? 200) < 400);
  }

  #add(one: Happening): void {
    if (!this.#on) return;
    this.#takeRequests();
    this.#happenings.push(one);
  }

  #takeRequests(): void {
    if (!this.#on) return;
    for (const entry of this.#requests.slice(this.#seen)) {
      const { kind, key = '' } = entry.request;
      if (reading.has(kind) || key.startsWith(scratchPrefix)) continue;
      this.#happenings.push({ kind: 'effect', what: `${kind} ${key}`, request: entry });
    }
    this.#seen = this.#requests.length;
  }
}

export const trace = new Trace();

const statementSchema = z.union([
  z.string().transform((text) => ({ text, name: '' })),
  z.object({ text: z.string(), name: z.string().default('') }),
]);
const rowsSchema = z.object({ rows: z.array(z.unknown()) });

/** Sees every statement that any connection of this process sends. @returns ends it */
export function traceStatements(): () => void {
  const real: unknown = Reflect.get(Client.prototype, 'query');
  if (typeof real !== 'function') throw new Error('pg has no query any more');
  const traced = new Proxy(real, {
    apply(target, self, args: unknown[]): unknown {
      const statement = statementSchema.safeParse(args[0]).data;
      const takes = statement?.name.startsWith('get_job') === true;
      const what = statement === undefined || takes ? undefined : effectOf(statement.text);
      if (what !== undefined) trace.effect(what);
      const answer: unknown = Reflect.apply(target, self, args);
      if (takes && answer instanceof Promise) {
        // Only the answer tells whether there was a job; noted before anybody else hears of it.
        answer.then(
          (result: unknown) => {
            if ((rowsSchema.safeParse(result).data?.rows.length ?? 0) > 0) trace.effect('the job was taken');
          },
          () => undefined,
        );
      }
      return answer;
    },
  });
  Reflect.set(Client.prototype, 'query', traced);
  return () => {
    Reflect.set(Client.prototype, 'query', real);
  };
}

function effectOf(text: string): string | undefined {
  const called = [...text.matchAll(/\bkuva\.(\w+)\s*\(/g)].flatMap(([, name]) => name ?? []);
  const changing = called.find((name) => !noEffect.has(name));
  if (changing !== undefined) return `kuva.${changing}`;
  if (registration.test(text) || forgotten.test(text)) return undefined;
  return /^\s*(?:with\b[^]*\b)?(?:insert\s+into|update|delete\s+from)\b[^]*/i.test(text)
    ? text.trim().replaceAll(/\s+/g, ' ').slice(0, 60)
    : undefined;
}

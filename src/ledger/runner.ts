import { EventEmitter } from 'node:events';
import { runTaskList, type WorkerEvents } from 'graphile-worker';
import { graphileLogger, type Log } from './graphile.ts';
import { jobsPool } from './jobsPool.ts';
import type { LedgerPool } from './pool.ts';

export interface RunnerOptions {
  readonly pool: LedgerPool;
  /** The name of the jobs that it takes. */
  readonly task: string;
  readonly concurrency: number;
  /** Does one job. Never rejects. */
  readonly work: (payload: unknown) => Promise<void>;
  /** Waits until another job may be taken. */
  readonly mayTake: () => Promise<void>;
  readonly log: Log;
  /** Told when a job that was done is not in the queue any more. */
  readonly onOver: () => void;
}

/** Graphile Worker, from when the database answers until it does not. */
export interface Runner {
  /** What it is called in the locks of the jobs that it took. */
  readonly id: string;
  /** Resolves with the reason when something is wrong with the database. */
  readonly trouble: Promise<unknown>;
  /** Begins to take jobs. */
  open(): void;
  /** Takes no more jobs. Resolves when those that it took are finished and that is noted. Harmless to repeat. */
  close(): Promise<void>;
}

/** Milliseconds for which finished jobs are gathered, to be removed in one statement; nobody waits for that. */
const gathering = 40;

/**
 * Starts Graphile Worker with what makes it safe for us (read in its source, 0.17.3):
 * - it notes finished jobs without waiting for the answer, so that an error there would end the process, or stop
 *   the runner half-way: `jobsPool` turns that into trouble;
 * - it remembers for ever that it could not look up its tasks: so a runner in trouble is thrown away, not mended;
 * - a worker whose query for a job fails while it is being stopped prints a stack trace: so it is stopped only when
 *   no such query is under way;
 * - it asks for forbidden flags before each query for a job, and waits for the answer: that is our gate.
 */
export function startRunner(options: RunnerOptions): Runner {
  const { pool, task, concurrency, work, mayTake, log } = options;
  const gate = new Gate();
  const events: WorkerEvents = new EventEmitter();
  let asking = 0;
  let quiet: (() => void) | undefined;
  const answered = (): void => {
    if (--asking === 0) quiet?.();
  };
  events.on('worker:getJob:start', () => asking++);
  for (const event of ['worker:getJob:empty', 'job:start'] as const) events.on(event, answered);

  let noticed: (error: unknown) => void = () => undefined;
  const trouble = new Promise<unknown>((resolve) => {
    noticed = resolve;
  });
  events.on('worker:getJob:error', ({ error }) => {
    answered();
    noticed(error);
  });
  events.on('pool:listen:error', ({ error }) => {
    noticed(error);
  });
  events.on('pool:fatalError', ({ error }) => {
    noticed(error);
  });

  const workers = runTaskList(
    {
      concurrency,
      noHandleSignals: true,
      events,
      logger: graphileLogger(log),
      forbiddenFlags: async () => {
        await gate.opened;
        await mayTake();
        await gate.opened;
        return null;
      },
      preset: { worker: { completeJobBatchDelay: gathering, failJobBatchDelay: 0 } },
    },
    { [task]: (payload) => work(payload) },
    jobsPool(
      pool,
      (error) => {
        noticed(error);
      },
      options.onOver,
    ),
  );
  workers.promise.catch(() => undefined);

  const close = async (): Promise<void> => {
    gate.shut();
    if (asking > 0) {
      await new Promise<void>((resolve) => {
        quiet = resolve;
      });
    }
    const ended = workers.gracefulShutdown('told to stop');
    // Who waits at the gate finds the pool inactive now, and goes home.
    gate.open();
    await ended;
  };
  let closed: Promise<void> | undefined;
  return {
    id: workers.id,
    trouble,
    open: () => {
      gate.open();
    },
    close: () => (closed ??= close()),
  };
}

class Gate {
  #let: (() => void) | undefined;
  #opened: Promise<void>;

  constructor() {
    this.#opened = this.#closed();
  }

  get opened(): Promise<void> {
    return this.#opened;
  }

  open(): void {
    this.#let?.();
    this.#let = undefined;
  }

  shut(): void {
    if (this.#let === undefined) this.#opened = this.#closed();
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#let = resolve;
    });
  }
}

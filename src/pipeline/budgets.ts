import { availableParallelism, totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { Budget, type Lease } from './budget.ts';
import type { WorkerConfig } from './config.ts';
import type { Budgets } from './parts.ts';

/** What a machine has to offer. */
export interface Machine {
  readonly cores: number;
  /** Bytes that this process may use: the machine's, or its container's limit where that is lower. */
  readonly memory: number;
}

export function thisMachine(): Machine {
  // 0: no limit; a huge number: a cgroup without one.
  const limit = constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { cores: availableParallelism(), memory };
}

/**
 * Node itself, TLS, the database client: what a worker needs beside its images. The system has the rest: on the smallest
 * machine of the clouds, of 1,000 MB and two cores, images get 285 MB, so that a progressive photograph of 12 megapixels
 * (280 MB at most) goes through.
 */
const baseMemory = 100e6;

/** What each decoder's process has before any image: 57 MB when it is ready, shared pages shared out (measured). */
const decoderMemory = 60e6;

/** Part of the machine's memory that a worker may use in all. */
const share = 0.6;

/** Part of the budget that holds inputs; the rest is for decoded images and finished outputs. */
const inputShare = 0.25;

/**
 * Images in work for each core: while one is transformed, others are on their way from and to the stores, and wait for the
 * ledger, which takes several at a time. How many large ones there may be among them, the budgets say.
 */
const imagesPerCore = 20;

/**
 * Bytes from which an image counts as a large one. It keeps the thread that moves the bytes busy by itself: more of them at the
 * same time gain nothing, and make each other and everything else wait (40, 16, 8 and 5 pictures of 3 MB at a time on two
 * cores: 7.7, 9.0, 9.6 and 8.5 a second, and 468, 371, 300 and 287 MB of memory).
 */
const largeImage = 4e6;

/** Large images on their way at the same time: all cores have one, and others come and go. */
function largeAtOnce(config: WorkerConfig, { cores }: Machine): number {
  return config.concurrency === 'auto' ? Math.max(8, 2 * cores + 4) : config.concurrency;
}

export function concurrencyOf(config: WorkerConfig, machine: Machine): number {
  return config.concurrency === 'auto' ? Math.max(4, machine.cores * imagesPerCore) : config.concurrency;
}

/** Turns the worker's settings into the budgets that its images share. */
export function makeBudgets(config: WorkerConfig, machine: Machine): Budgets {
  const automatic = Math.max(
    machine.memory * share - baseMemory - machine.cores * decoderMemory,
    machine.memory / 4,
  );
  const memory = config.memory === 'auto' ? automatic : config.memory;
  return {
    passages: new Budget(largeAtOnce(config, machine) * largeImage),
    inputs: new Budget(memory * inputShare),
    images: new Budget(memory * (1 - inputShare)),
    turns: new Budget(machine.cores),
  };
}

/**
 * Room for an input on its way from store to store. Waits until there is.
 * @param bytes of the input
 */
export async function takeRoom(
  { passages, inputs }: Budgets,
  bytes: number,
  signal: AbortSignal,
): Promise<Pick<Lease, 'release'>> {
  const passage = await passages.take(Math.min(bytes, largeImage), signal);
  try {
    const input = await inputs.take(bytes, signal);
    return {
      release: () => {
        input.release();
        passage.release();
      },
    };
  } catch (thrown) {
    passage.release();
    throw thrown;
  }
}

import { availableParallelism, totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { Budget } from './budget.ts';
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
 * ledger. With 6 a core small images left an eighth of two cores idle (12 and 32 images: 101 and 106 a second). How
 * much memory they may have is bounded by the budgets, not by this.
 */
const imagesPerCore = 12;

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
    inputs: new Budget(memory * inputShare),
    images: new Budget(memory * (1 - inputShare)),
    turns: new Budget(machine.cores),
  };
}

/** What `bench:dashboard` found out: the JSON file is this. */
import type { Machine } from '../machine.ts';

export interface DashboardRun {
  readonly round: number;
  /** Pages that were open. */
  readonly pages: number;
  readonly images: number;
  readonly rows: number;
  /** From the first file in the input folder to the last image done. */
  readonly seconds: number;
  /** Events and pictures that the pages were sent. */
  readonly told: number;
}

/** One page in a real browser while images flow by. */
export interface Frames {
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Milliseconds from asking for the page to its first paint, and to the first that has content. */
  readonly firstPaint: number;
  readonly firstContent: number;
  readonly perSecond: number;
  /** Milliseconds between two frames: the middle, and the one that 99 of 100 keep below. */
  readonly median: number;
  readonly p99: number;
  /** Milliseconds of the page's own script between two frames, on average. */
  readonly scriptShare: number;
  /** Bytes of the page's heap after a collection, at a fourth of the time and at the end. */
  readonly heap: readonly [number, number];
}

export interface DashboardResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly outputs: number;
  readonly runs: readonly DashboardRun[];
  /** Left out: there is no Chromium on this machine. */
  readonly frames?: Frames;
}

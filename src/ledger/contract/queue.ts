import type { FailureNote, QueuedImage } from './attempt.ts';

/** Hands queued images to this process and looks after the workers that died. */
export interface ImageQueue {
  /**
   * Calls `work` for queued images, `concurrency` at a time, until `signal` is aborted; then takes no more, and
   * resolves when those under way are finished. `work` must settle its image and does not throw.
   * @throws KuvaError `database-schema` when the ledger can no longer be used by this version of the program
   */
  run(options: {
    readonly worker: string;
    readonly version: string;
    readonly concurrency: number;
    readonly work: (queued: QueuedImage) => Promise<void>;
    /** Aborted: take no more images, finish what is under way. */
    readonly stop: AbortSignal;
    readonly onDatabaseTrouble?: (failure: FailureNote | undefined) => void;
    /** Told what a person may want to know, e.g. whose images were taken over. */
    readonly onNote?: (text: string) => void;
  }): Promise<void>;

  /**
   * Waits until this process is the one that discovers for the pipeline, calls `lead`, and aborts its signal when
   * the lock is lost (its connection broke). Returns when `stop` is aborted and `lead` has returned.
   */
  lead(lead: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void>;
}

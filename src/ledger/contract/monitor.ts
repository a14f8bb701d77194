/** What workers tell each other, beside the images themselves. */
import type { FailureCode } from '../../image/failure.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { ImageState } from '../../image/state.ts';

/** An alert that was sent and is not over. */
export interface OpenAlert {
  readonly name: string;
  readonly since: Date;
  readonly mark: AlertMark;
}

/** What was told already: images set aside up to that moment (the database's, as text), so many in all. */
export interface AlertMark {
  readonly upTo?: string;
  readonly total?: number;
}

export interface NewlySetAside {
  /** Set aside in all, now. */
  readonly total: number;
  /** The last change among them; absent when there are none. */
  readonly upTo?: string;
  /** Those since the moment that was asked for, by reason; each state counted up to 10,000. */
  readonly counts: readonly {
    readonly code: FailureCode;
    readonly state: ImageState;
    readonly count: number;
  }[];
  /** The newest few. */
  readonly examples: readonly {
    readonly id: bigint;
    readonly key: ObjectKey;
    readonly code: FailureCode;
    readonly what: string;
  }[];
}

/** What workers tell each other about how it goes, beside the images themselves. */
export interface Monitor {
  /** Tells `status` of a whole look over the input bucket. */
  reportPass(
    worker: string,
    pass: { readonly seen: number; readonly queued: number; readonly took: number },
  ): Promise<void>;
  /**
   * Takes or keeps the turn to send alerts for so long: one worker of a pipeline has it, until it is dead or silent.
   * @returns is it mine?
   */
  takeTurn(worker: string, milliseconds: number): Promise<boolean>;
  leaveTurn(worker: string): Promise<void>;
  openAlerts(): Promise<readonly (OpenAlert & { readonly toldAt: Date })[]>;
  /** Notes that it was told just now. */
  keepAlert(alert: OpenAlert): Promise<void>;
  dropAlert(name: string): Promise<void>;
  /** Images that were rejected or failed after a moment (`upTo` of an earlier answer); all, when left out. */
  setAsideSince(upTo: string | undefined): Promise<NewlySetAside>;
}

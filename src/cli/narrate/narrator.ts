import type { ImageEvent } from '../../pipeline/event.ts';
import type { NoticedOutage } from '../../pipeline/outages.ts';

/** Tells what a worker does, as it does it. */
export interface Narrator {
  readonly image: (event: ImageEvent) => void;
  readonly outage: (outage: NoticedOutage, over: boolean) => void;
  /** Anything else worth a line. */
  readonly note: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
}

import type { KuvaError } from '../image/failure.ts';
import { type Clock, systemClock } from './clock.ts';

/** What a worker depends on. */
export type Resource = 'input' | 'output' | 'rejected' | 'database';

export interface NoticedOutage {
  readonly resource: Resource;
  readonly failure: KuvaError;
  readonly since: Date;
}

/**
 * Which of the things that this process depends on are failing, and since when. Told once when it begins and once
 * when it ends, however many images run into it.
 */
export class Outages {
  readonly #current = new Map<Resource, NoticedOutage>();
  readonly #onChange: (outage: NoticedOutage, over: boolean) => void;
  readonly #clock: Clock;

  constructor(
    onChange: (outage: NoticedOutage, over: boolean) => void = () => {},
    clock: Clock = systemClock,
  ) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  noticed(resource: Resource, failure: KuvaError): void {
    if (this.#current.has(resource)) return;
    const outage = { resource, failure, since: new Date(this.#clock.now()) };
    this.#current.set(resource, outage);
    this.#onChange(outage, false);
  }

  over(resource: Resource): void {
    const outage = this.#current.get(resource);
    if (outage === undefined) return;
    this.#current.delete(resource);
    this.#onChange(outage, true);
  }

  /** All that there are now. */
  get all(): readonly NoticedOutage[] {
    return [...this.#current.values()];
  }

  /** The one that has lasted longest, if any. */
  get longest(): NoticedOutage | undefined {
    return [...this.#current.values()].sort((a, b) => a.since.getTime() - b.since.getTime())[0];
  }
}

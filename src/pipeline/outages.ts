import type { FailureCode, KuvaError } from '../image/failure.ts';
import type { Resource } from '../ledger/contract/outage.ts';
import { type Clock, systemClock } from './clock.ts';

export type { Resource } from '../ledger/contract/outage.ts';

export interface NoticedOutage {
  readonly resource: Resource;
  /** The newest: a server that came up again may now refuse. */
  readonly failure: KuvaError;
  readonly since: Date;
}

interface Current extends NoticedOutage {
  failure: KuvaError;
  lastSeen: number;
  /** Reasons that were told. */
  readonly told: Set<string>;
  /** Objects that were refused, and when last. */
  readonly refused: Map<string, number>;
}

/**
 * An outage that nobody ran into for so long (ms) is over, or was settled by another worker: whoever waits for
 * something tries it more often.
 */
const memory = 150_000;

/** Objects that are remembered as refused. */
const mostRefused = 10_000;

/** Failures of writing that reading may not run into. */
const ofWriting: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'database-readonly',
  'database-denied',
  'database-full',
]);

/**
 * Which of the things that this process depends on are failing, and since when. Told once when it begins, once for each
 * new reason (a server that was down comes up and refuses), and once when it ends, however many images run into it.
 */
export class Outages {
  readonly #current = new Map<Resource, Current>();
  readonly #onChange: (outage: NoticedOutage, over: boolean) => void;
  readonly #clock: Clock;

  constructor(
    onChange: (outage: NoticedOutage, over: boolean) => void = () => {},
    clock: Clock = systemClock,
  ) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** @param subject the object that was asked for, where a refusal may concern it alone */
  noticed(resource: Resource, failure: KuvaError, subject?: string): void {
    const now = this.#clock.monotonic();
    const known = this.#current.get(resource);
    const outage = known ?? {
      resource,
      failure,
      since: new Date(this.#clock.now()),
      lastSeen: now,
      told: new Set<string>(),
      refused: new Map<string, number>(),
    };
    outage.failure = failure;
    outage.lastSeen = now;
    if (subject !== undefined && outage.refused.size < mostRefused) outage.refused.set(subject, now);
    this.#current.set(resource, outage);
    if (outage.told.has(failure.code)) return;
    outage.told.add(failure.code);
    this.#onChange(outage, false);
  }

  /**
   * The resource did what it was asked for. One object's success does not end the refusal of another, which would
   * else be told as begun and as over by turns.
   * @param reading it was only read: that a read-only database answers questions says nothing of what was refused
   */
  over(resource: Resource, subject?: string, reading = false): void {
    const outage = this.#current.get(resource);
    if (outage === undefined || (reading && ofWriting.has(outage.failure.code))) return;
    if (subject !== undefined) outage.refused.delete(subject);
    if (outage.failure.code === 'store-denied') {
      const now = this.#clock.monotonic();
      for (const [object, at] of outage.refused) if (now - at > memory) outage.refused.delete(object);
      if (outage.refused.size > 0) return;
    }
    this.#end(outage);
  }

  /** Ends what nobody has run into for long. */
  forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const outage of this.#current.values()) if (now - outage.lastSeen > memory) this.#end(outage);
  }

  #end(outage: Current): void {
    this.#current.delete(outage.resource);
    this.#onChange(outage, true);
  }

  /** How long (ms) it has been failing; 0 when it is not. */
  lasting(resource: Resource): number {
    const outage = this.#current.get(resource);
    return outage === undefined ? 0 : Math.max(0, this.#clock.now() - outage.since.getTime());
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

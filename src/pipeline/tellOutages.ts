import type { Ledger } from '../ledger/contract/ledger.ts';
import type { NewOutage, Resource } from '../ledger/contract/outage.ts';
import type { Clock } from './clock.ts';
import { noteOf } from './failureNote.ts';
import type { Outages } from './outages.ts';

export interface TellOutages {
  readonly outages: Outages;
  readonly ledger: Pick<Ledger, 'reportOutages'>;
  readonly worker: string;
  /** Where each of them is, for people. */
  readonly urls: Readonly<Partial<Record<Resource, string>>>;
  readonly clock: Clock;
}

/** Milliseconds between two looks whether something has changed; and between two reports while nothing does. */
const look = 1_000;
const repeat = 10_000;

/**
 * Lets `kuva status` on any machine see what this worker waits for, as long as it waits. Told again and again: the
 * database may be away too, and others remove what a worker told that they took for dead.
 */
export async function tellOutages(options: TellOutages, signal: AbortSignal): Promise<void> {
  const { outages, ledger, worker, clock } = options;
  let told = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    outages.forgetOld();
    const current = noteAll(options);
    const text = current.map(({ resource, failure }) => `${resource} ${failure.code}`).join();
    if (text !== told || (text !== '' && clock.monotonic() - toldAt > repeat)) {
      try {
        await ledger.reportOutages(worker, current);
        told = text;
        toldAt = clock.monotonic();
      } catch {
        // The database is what is away: it is told as soon as it is back.
      }
    }
    await clock.pause(look, signal);
  }
}

function noteAll({ outages, urls, clock }: TellOutages): NewOutage[] {
  return outages.all.map(({ resource, failure, since }) => ({
    resource,
    url: urls[resource] ?? '',
    failure: noteOf(failure),
    age: Math.max(0, clock.now() - since.getTime()),
  }));
}

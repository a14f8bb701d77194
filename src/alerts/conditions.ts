import { showDuration } from '../image/quantity.ts';
import type { Outage } from '../ledger/contract/outage.ts';
import type { LedgerStatus } from '../ledger/contract/status.ts';
import { stalledSince } from '../pipeline/stalled.ts';
import type { AlertKind } from './message.ts';

/** Something that is wrong now, and goes on until it is over. */
export interface Condition {
  /** Tells it from others: the kind, and of outages also the code. */
  readonly name: string;
  readonly kind: AlertKind;
  readonly since: Date;
  readonly text: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Thresholds {
  /** Milliseconds. */
  readonly stalled: number;
  readonly outage: number;
}

/** What is wrong by what the ledger says; times are the database's. */
export function conditionsOf(status: LedgerStatus, thresholds: Thresholds): Condition[] {
  return [...nothingMoving(status, thresholds.stalled), ...longOutages(status, thresholds.outage)];
}

function nothingMoving(status: LedgerStatus, limit: number): Condition[] {
  const since = stalledSince(status, limit);
  if (since === undefined) return [];
  const { queued, processing } = status.counts;
  const alive = status.workers.filter((worker) => worker.alive).length;
  const waited = showDuration(status.now.getTime() - since.getTime());
  return [
    {
      name: 'nothing-moving',
      kind: 'nothing-moving',
      since,
      text: `${queued} images wait and ${processing} are in work, and none has come to an end for ${waited}; ${alive} workers are alive.`,
      details: { queued, processing, workers: alive },
    },
  ];
}

function longOutages(status: LedgerStatus, limit: number): Condition[] {
  const long = status.outages.filter(({ since }) => status.now.getTime() - since.getTime() >= limit);
  const nameOf = ({ resource, failure }: Outage): string => `outage ${resource} ${failure.code}`;
  return [...new Set(long.map(nameOf))].flatMap((name): Condition[] => {
    const same = long.filter((one) => nameOf(one) === name);
    const first = same.toSorted((a, b) => a.since.getTime() - b.since.getTime())[0];
    if (first === undefined) return [];
    const { resource, failure, since } = first;
    return [
      {
        name,
        kind: 'outage',
        since,
        text: `${failure.what}, for ${showDuration(status.now.getTime() - since.getTime())} now. Nothing is lost; ${same.length === 1 ? 'a worker waits' : `${same.length} workers wait`} for it.`,
        details: {
          resource,
          code: failure.code,
          what: failure.what,
          ...(failure.remedy !== undefined && { remedy: failure.remedy }),
          workers: same.map(({ worker }) => worker).slice(0, 20),
        },
      },
    ];
  });
}

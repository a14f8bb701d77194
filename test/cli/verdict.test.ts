import { expect, it } from 'vitest';
import { verdictExits } from '../../src/cli/verdict.ts';
import type { LedgerStatus } from '../../src/ledger/contract/status.ts';
import { verdictOf } from '../../src/pipeline/verdict.ts';

const now = new Date('2026-11-23T12:00:00Z');
const minute = 60_000;
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * minute);
const fine: LedgerStatus = {
  counts: { queued: 0, processing: 0, done: 5, rejected: 0, failed: 0, superseded: 0, skipped: 0 },
  records: 5,
  oldestQueuedAt: undefined,
  lastDoneAt: ago(1),
  lastEndedAt: ago(1),
  lastPass: undefined,
  now,
  doneLastMinute: 0,
  doneLastHour: 5,
  failures: [],
  workers: [],
  outages: [],
};
const aside: LedgerStatus = { ...fine, counts: { ...fine.counts, rejected: 1, failed: 1 } };
const stalled: LedgerStatus = {
  ...aside,
  counts: { ...aside.counts, queued: 7 },
  oldestQueuedAt: ago(60),
  lastEndedAt: ago(30),
};
const away: LedgerStatus = {
  ...stalled,
  outages: [
    {
      worker: 'w',
      resource: 'output',
      url: 's3://out',
      failure: { code: 'store-unreachable', what: 'The bucket does not answer' },
      since: ago(6),
    },
  ],
};

it.each([
  ['fine', fine, { verdict: 'ok', exit: 0, text: '5 done, 0 wait' }],
  ['set aside', aside, { verdict: 'set-aside', exit: 3 }],
  ['stalled, which is worse than set aside', stalled, { verdict: 'stalled', exit: 4 }],
  [
    'an outage, which explains the standstill',
    away,
    { verdict: 'outage', exit: 75, text: 'The bucket does not answer, for 6 min' },
  ],
])('`kuva status --check` ends with the code of the worst: %s', (_name, status, expected) => {
  const verdict = verdictOf(status, 15 * minute);
  expect({ ...verdict, exit: verdictExits[verdict.verdict] }).toMatchObject(expected);
});

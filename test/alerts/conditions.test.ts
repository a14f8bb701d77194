import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../src/alerts/conditions.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { LedgerStatus } from '../../src/ledger/contract/status.ts';
import { stalledSince } from '../../src/pipeline/stalled.ts';
import { minutes } from './yard.ts';

describe('a standstill', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const ago = (count: number): Date => new Date(now.getTime() - minutes(count));
  const base: LedgerStatus = {
    counts: { queued: 0, processing: 0, done: 5, rejected: 0, failed: 0, superseded: 0, skipped: 0 },
    records: 5,
    oldestQueuedAt: undefined,
    lastDoneAt: undefined,
    lastEndedAt: undefined,
    lastPass: undefined,
    now,
    doneLastMinute: 0,
    doneLastHour: 0,
    failures: [],
    workers: [],
    outages: [],
  };
  const since = (more: Partial<LedgerStatus>): Date | undefined =>
    stalledSince({ ...base, ...more }, minutes(15));
  const queued = { ...base.counts, queued: 1 };

  it('is when images wait and none ends; not when none waits, when one ended lately, when they came lately', () => {
    expect(since({ lastEndedAt: ago(60) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(60), lastEndedAt: ago(20) })).toEqual(ago(20));
    expect(since({ counts: queued, oldestQueuedAt: ago(60), lastEndedAt: ago(1) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(1), lastEndedAt: ago(60) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(60) })).toEqual(ago(60));
  });

  it('is also when the last image of all is in work, and does not end', () => {
    const worker = {
      id: 'w',
      host: 'h',
      pid: 1,
      version: '1',
      startedAt: ago(90),
      alive: true,
      discovering: true,
      processing: 1,
    };
    const longest = { key: parseObjectKey('a.jpg'), since: ago(30) };
    const counts = { ...base.counts, processing: 1 };
    expect(since({ counts, workers: [{ ...worker, longest }] })).toEqual(ago(30));
    expect(
      conditionsOf(
        { ...base, counts, workers: [{ ...worker, longest }] },
        { stalled: minutes(15), outage: 1 },
      ),
    ).toMatchObject([{ name: 'nothing-moving', details: { processing: 1 } }]);
  });
});

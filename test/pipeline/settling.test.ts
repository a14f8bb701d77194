import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import type { SeenObject } from '../../src/ledger/contract/attempt.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import { Settling } from '../../src/pipeline/settling.ts';

const file = (etag: string, writtenAgo: number): SeenObject => ({
  key: parseObjectKey('cat.jpg'),
  etag,
  size: 1,
  lastModified: new Date(Date.now() - writtenAgo),
});

describe('a file in an input folder', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is settled at once when it was last written long ago', () => {
    expect(new Settling(250, systemClock).isSettled(file('a', 300))).toBe(true);
  });

  it('has to wait when it has just been written, and again when it is written on', () => {
    const settling = new Settling(250, systemClock);
    expect(settling.isSettled(file('a', 0))).toBe(false);
    vi.advanceTimersByTime(200);
    expect(settling.isSettled(file('b', 0))).toBe(false);
    vi.advanceTimersByTime(200);
    expect(settling.isSettled(file('c', 0))).toBe(false);
    expect(settling.keys()).toEqual(['cat.jpg']);
    vi.advanceTimersByTime(250);
    expect(settling.isSettled(file('c', 250))).toBe(true);
    expect(settling.keys()).toEqual([]);
  });

  it('is settled after the same time where the writer’s clock is ahead of ours', () => {
    const settling = new Settling(250, systemClock);
    expect(settling.isSettled(file('a', -3_600_000))).toBe(false);
    vi.advanceTimersByTime(250);
    expect(settling.isSettled(file('a', -3_600_000))).toBe(true);
  });

  it('that was written in one go waits for a sixth of the time only', () => {
    const settling = new Settling(240, systemClock);
    expect(settling.isSettled(file('a', 10))).toBe(false);
    expect(settling.nextIn()).toBe(30);
    vi.advanceTimersByTime(29);
    expect(settling.isSettled(file('a', 39))).toBe(false);
    vi.advanceTimersByTime(1);
    expect(settling.isSettled(file('a', 40))).toBe(true);
    expect(settling.nextIn()).toBeUndefined();
  });

  it('waits for the whole of a time that is longer than usual, since somebody has asked for it', () => {
    expect(new Settling(2_000, systemClock).isSettled(file('a', 1_999))).toBe(false);
    expect(new Settling(2_000, systemClock).isSettled(file('a', 2_000))).toBe(true);
  });

  it('that is empty, or changes after it was taken, waits for the whole time', () => {
    const settling = new Settling(240, systemClock);
    expect(settling.isSettled({ ...file('a', 239), size: 0 })).toBe(false);
    expect(settling.isSettled({ ...file('a', 240), size: 0 })).toBe(true);
    expect(settling.isSettled(file('b', 100))).toBe(true);
    vi.advanceTimersByTime(50);
    expect(settling.isSettled(file('c', 50))).toBe(false);
    vi.advanceTimersByTime(189);
    expect(settling.isSettled(file('c', 239))).toBe(false);
    vi.advanceTimersByTime(1);
    expect(settling.isSettled(file('c', 240))).toBe(true);
    // What was taken young is forgotten after a while.
    vi.advanceTimersByTime(20_000);
    expect(settling.isSettled(file('d', 50))).toBe(true);
  });

  it('is forgotten when a whole pass has not shown it any more', () => {
    const settling = new Settling(250, systemClock);
    settling.beginPass();
    settling.isSettled(file('a', 0));
    settling.endPass();
    expect(settling.keys()).toEqual(['cat.jpg']);
    settling.beginPass();
    settling.endPass();
    expect(settling.keys()).toEqual([]);
  });
});

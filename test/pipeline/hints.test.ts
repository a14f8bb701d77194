import { describe, expect, it } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import { Hints } from '../../src/pipeline/hints.ts';

describe('hints', () => {
  it('wake whoever waits, and are gathered by key', async () => {
    const hints = new Hints(systemClock);
    const waiting = hints.wait(60_000, new AbortController().signal);
    hints.add(parseObjectKey('a.jpg'));
    hints.add(parseObjectKey('b.jpg'));
    hints.add(parseObjectKey('a.jpg'));
    await waiting;
    expect(hints.take()).toEqual(['a.jpg', 'b.jpg']);
    expect(hints.take()).toEqual([]);
  });

  it('that came before anyone waited are not lost', async () => {
    const hints = new Hints(systemClock);
    hints.add(parseObjectKey('a.jpg'));
    await hints.wait(60_000, new AbortController().signal);
    expect(hints.take()).toEqual(['a.jpg']);
  });

  it('without a key, or too many of them, ask for a look at everything', () => {
    const hints = new Hints(systemClock);
    hints.add(undefined);
    expect(hints.take()).toBe('everything');
    for (let number = 0; number < 600; number++) hints.add(parseObjectKey(`${number}.jpg`));
    expect(hints.take()).toBe('everything');
  });

  it('end their wait when told to stop', async () => {
    const stop = new AbortController();
    const waiting = new Hints(systemClock).wait(60_000, stop.signal);
    stop.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { aggregate, sharesOf } from '../../../bench/profile/aggregate.ts';
import { parseProfile, selfTimes } from '../../../bench/profile/cpuProfile.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 9, scriptId: '1', columnNumber: 0 },
  children,
});

/** Three milliseconds of a socket under the store, two of the ledger, one of nobody, four idle. */
const profile = parseProfile(
  JSON.stringify({
    nodes: [
      node(1, '(root)', '', [2, 4, 5, 6]),
      node(2, 'send', 'file:///p/src/store/s3/exchange.ts', [3]),
      node(3, 'write', 'node:internal/streams/writable'),
      node(4, 'query', 'file:///p/node_modules/pg/lib/client.js'),
      node(5, 'toString', ''),
      node(6, '(idle)', ''),
    ],
    samples: [3, 4, 3, 6, 5, 3],
    timeDeltas: [500, 1_000, 2_000, 1_500, 4_000, 1_000],
  }),
);

describe('the costs of a profile', () => {
  it('are those of each function itself, idle time left out', () => {
    const costs = aggregate(selfTimes(profile));
    expect(costs.milliseconds).toBe(5.5);
    expect(costs.functions.map(({ what, milliseconds }) => [what, milliseconds])).toEqual([
      ['write (node:internal/streams/writable:10)', 2.5],
      ['query (pg/lib/client.js:10)', 2],
      ['toString', 1],
    ]);
  });

  it('go to the part of the nearest caller that has one', () => {
    expect(aggregate(selfTimes(profile)).parts).toEqual({
      store: 2.5,
      ledger: 2,
      "Node's sockets, streams and timers": 1,
    });
  });

  it('add up over several processes, and their shares to one', () => {
    const costs = aggregate([...selfTimes(profile), ...selfTimes(profile)]);
    expect(costs.milliseconds).toBe(11);
    expect(Object.values(sharesOf(costs)).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1);
  });

  it('cannot be had of something else', () => {
    expect(() => parseProfile('{"nodes": 1}')).toThrow();
  });
});

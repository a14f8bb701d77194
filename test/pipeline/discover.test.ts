import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { KuvaError } from '../../src/image/failure.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { SeenObject } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import { discover } from '../../src/pipeline/discover.ts';
import { ignoring } from '../../src/pipeline/ignored.ts';
import { lookUp } from '../../src/pipeline/lookUp.ts';
import { Outages } from '../../src/pipeline/outages.ts';
import { type DiscoverOptions, discoverOnce, type Pass } from '../../src/pipeline/pass.ts';
import { Recent } from '../../src/pipeline/recent.ts';
import { Settling } from '../../src/pipeline/settling.ts';
import type { ListOptions, ObjectStore } from '../../src/store/contract.ts';
import { openS3Store } from '../../src/store/s3/store.ts';
import { connectionTo, freshBucket } from '../servers/buckets.ts';
import { openKit } from './kit.ts';

const rgw = inject('rgw');
const never = new AbortController().signal;

interface Setting {
  readonly options: DiscoverOptions;
  readonly ledger: Ledger;
  readonly put: (key: string) => Promise<void>;
  /** Every listing that was asked for: where it began. */
  readonly listings: (string | undefined)[];
}

/** A bucket of the real RGW, and a ledger; `list` may be changed to fail. */
async function onRgw(
  changes: Partial<DiscoverOptions> = {},
  wrapList: (list: ObjectStore['list']) => ObjectStore['list'] = (list) => list,
): Promise<Setting> {
  if (rgw === null) throw new Error('no RGW');
  const bucket = await freshBucket(rgw, 'discover');
  const store = openS3Store(connectionTo(rgw), bucket);
  onTestFinished(() => store.close());
  const { ledger, put } = await openKit();
  const listings: (string | undefined)[] = [];
  const list = wrapList((options) => store.list(options));
  const input: ObjectStore = {
    ...store,
    list: (options = {}) => {
      listings.push(options.after);
      // Small pages, so that a few objects are many of them.
      return list({ ...options, pageSize: 5 });
    },
  };
  return {
    ledger,
    listings,
    put: async (key) => {
      await put(store, key, Buffer.from(key));
    },
    options: {
      input,
      ledger,
      outages: new Outages(),
      clock: systemClock,
      partialWritesVisible: false,
      poll: 50,
      settle: 0,
      ignored: ignoring([]),
      ...changes,
    },
  };
}

const numbered = (at: number): string => `image ${String(at).padStart(3, '0')}.jpg`;
const settled = (): Settling => new Settling(0, systemClock);

/** Fails with an outage after every second page. */
function failing(list: ObjectStore['list']): ObjectStore['list'] {
  return async function* (options?: ListOptions) {
    let pages = 0;
    for await (const page of list(options)) {
      if (++pages === 3) throw new KuvaError('store-busy', { what: 'The object store asks to slow down' });
      yield page;
    }
  };
}

it('a pass that waited for the database did not take longer by that, and so does not put the next one off', async () => {
  const { ledger, input, put } = await openKit();
  await put(input, 'cat.jpg', Buffer.from('cat'));
  let failures = 3;
  let now = 0;
  const pass = await discoverOnce(
    {
      input,
      ledger: {
        ...ledger,
        enqueue: async (...given) => {
          if (failures-- > 0) {
            now += 60_000;
            throw new KuvaError('database-unreachable', { what: 'The database does not answer' });
          }
          return ledger.enqueue(...given);
        },
      },
      outages: new Outages(),
      clock: { ...systemClock, monotonic: () => now, pause: async () => Promise.resolve() },
      partialWritesVisible: false,
      poll: 50,
      settle: 0,
      ignored: ignoring([]),
    },
    settled(),
    never,
  );
  expect(now).toBe(180_000);
  expect(pass).toMatchObject({ seen: 1, queued: 1, took: 0 });
});

describe.skipIf(rgw === null)('discovery in a bucket of Ceph RGW (skipped without radosgw)', () => {
  it('comes to the end of a bucket whose server never gives more than two pages in a row', async () => {
    const { options, ledger, put, listings } = await onRgw({}, failing);
    for (let at = 0; at < 23; at++) await put(numbered(at));
    const pass = await discoverOnce(options, settled(), never);
    expect(pass).toMatchObject({ seen: 23, queued: 23 });
    expect(listings).toEqual([undefined, numbered(9), numbered(19)]);
    expect((await ledger.counts()).queued).toBe(23);
  });

  it('finds what is new at the end and beside the youngest objects without listing everything', async () => {
    const { options, put, listings } = await onRgw();
    for (let at = 0; at < 40; at++) await put(numbered(at));
    await put('august/0001.jpg');
    const recent = new Recent();
    await discoverOnce(options, settled(), never, (page, after) => {
      recent.saw(page, after);
    });
    await put('august/0002.jpg');
    await put('zebra.jpg');
    listings.length = 0;
    expect(await recent.look(options, settled(), never)).toBe(2);
    expect(await recent.look(options, settled(), never)).toBe(0);
    // One listing for each of four stretches and the end, twice.
    expect(listings.length).toBeLessThanOrEqual(10);
  });

  it('looks over everything from time to time, and so finds names in no order', async () => {
    const passes: Pass[] = [];
    const { options, ledger, put } = await onRgw({ onPass: (pass) => passes.push(pass) });
    for (let at = 0; at < 30; at++) await put(numbered(at));
    const stop = new AbortController();
    const looking = discover(options, stop.signal);
    await expect.poll(() => passes.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await put('image 007 b.jpg');
    await put('0.jpg');
    await expect.poll(async () => (await ledger.counts()).queued, { timeout: 20_000 }).toBe(32);
    stop.abort();
    await looking;
  });

  it('looks up what a hint names, and believes the bucket alone', async () => {
    const { options, put, ledger } = await onRgw();
    await put('here.jpg');
    await put('.kuva-probe-0123456789abcdef');
    const keys = ['here.jpg', 'gone.jpg', '.kuva-probe-0123456789abcdef'].map(parseObjectKey);
    expect(await lookUp(options, settled(), keys, never)).toBe(1);
    expect(await lookUp(options, settled(), keys, never)).toBe(0);
    const rows: SeenObject['key'][] = [];
    for await (const row of ledger.images({})) rows.push(row.image.key);
    expect(rows).toEqual(['here.jpg']);
  });
});

/** A bucket of the real RGW that pushes its events to a port of ours, a ledger, and what receives. Nothing looks into the bucket by itself. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createHash, randomBytes } from 'node:crypto';
import { inject, type TestContext } from 'vitest';
import { parseObjectKey } from '../../../src/image/key.ts';
import { Secret } from '../../../src/image/secret.ts';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { systemClock } from '../../../src/pipeline/clock.ts';
import { followEvents } from '../../../src/pipeline/followEvents.ts';
import { Hints } from '../../../src/pipeline/hints.ts';
import { ignoring } from '../../../src/pipeline/ignored.ts';
import { Outages } from '../../../src/pipeline/outages.ts';
import type { DiscoverOptions } from '../../../src/pipeline/pass.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import type { S3Connection } from '../../../src/store/s3/connection.ts';
import { eventsName, turnEventsOff, turnEventsOn } from '../../../src/store/s3/events.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { bucketEventsPath, takeBucketEvents } from '../../../src/web/bucketEvents.ts';
import { startWebServer } from '../../../src/web/server.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { freshDatabase } from '../../servers/postgres.ts';

/** A persistent topic of RGW 16 that is new may take half a minute to its first delivery, on an idle machine. */
export const firstDelivery = { timeout: 120_000, interval: 100 };

export interface BucketWithEvents {
  readonly bucket: string;
  readonly connection: S3Connection;
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly secret: string;
  readonly url: URL;
  /** How often the store and the ledger were asked because of events. */
  readonly asked: { heads: number; enqueues: number; lists: number };
  /** What the receiver told, and how many requests came. */
  readonly told: string[];
  readonly received: () => number;
  /** Has the server push to us, with this secret. */
  readonly turnOn: (secret: string) => Promise<unknown>;
  /** Starts to receive, and to queue. @returns stops it */
  readonly receive: () => Promise<() => Promise<void>>;
  /** Keys of all images in the ledger, in the order of their bytes. */
  readonly queued: () => Promise<string[]>;
  readonly put: (key: string, bytes?: Uint8Array) => Promise<void>;
  /** Sends a body as the object store would. */
  readonly send: (body: string) => Promise<number>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** @param context of the test: several run at the same time, since each waits for the server's slow beginning */
export async function bucketWithEvents(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  wrap: (options: DiscoverOptions) => DiscoverOptions = (options) => options,
): Promise<BucketWithEvents> {
  const rgw = inject('rgw');
  if (rgw === null) throw new Error('no RGW');
  const connection = connectionTo(rgw);
  const bucket = await freshBucket(rgw, 'events');
  // Small parts, so that a multipart upload need not be large.
  const store = openS3Store(connection, bucket, {
    multipartThreshold: 5 * 1024 ** 2,
    partSize: 5 * 1024 ** 2,
  });
  const database = await freshDatabase(inject('postgres'));
  const pool = openPool(database.connection);
  const ledger = openLedger(pool, 'images');
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}${bucketEventsPath}`);
  const secret = randomBytes(12).toString('hex');
  const name = eventsName('images', bucket);
  const asked = { heads: 0, enqueues: 0, lists: 0 };
  const told: string[] = [];
  let received = 0;
  onTestFinished(async () => {
    await turnEventsOff(connection, bucket, name);
    await store.close();
    await pool.end();
    await database.drop();
  });

  const options: DiscoverOptions = wrap({
    input: {
      ...store,
      list: (given) => {
        asked.lists++;
        return store.list(given);
      },
      head: (key, signal) => {
        asked.heads++;
        return store.head(key, signal);
      },
    },
    ledger: {
      ...ledger,
      enqueue: (...given) => {
        asked.enqueues++;
        return ledger.enqueue(...given);
      },
    },
    outages: new Outages(),
    clock: systemClock,
    partialWritesVisible: false,
    poll: 600_000,
    settle: 0,
    ignored: ignoring([]),
  });

  const receive = async (): Promise<() => Promise<void>> => {
    const hints = new Hints(systemClock);
    const stop = new AbortController();
    const server = await startWebServer({
      listen: { host: '127.0.0.1', port },
      open: [
        (app) => {
          app.use(async (_context, next) => {
            received++;
            await next();
          });
        },
        takeBucketEvents({
          bucket,
          secret: new Secret(secret),
          onHint: (key) => {
            hints.add(key);
          },
          warn: (text) => told.push(text),
        }),
      ],
      guarded: [],
    });
    const following = followEvents(options, hints, stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await server.close();
      await following;
    };
    onTestFinished(end);
    return end;
  };

  return {
    bucket,
    connection,
    store,
    ledger,
    secret,
    url,
    asked,
    told,
    received: () => received,
    turnOn: (withSecret) => turnEventsOn(connection, bucket, { name, url, secret: withSecret }),
    receive,
    queued: async () => {
      const keys: string[] = [];
      for await (const row of ledger.images({})) keys.push(row.image.key);
      return keys.sort();
    },
    put: async (key, bytes = Buffer.from(key)) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await store.put(parseObjectKey(key), bytes, { contentType: 'image/jpeg', sha256 });
    },
    send: (body) => fetch(url, { method: 'POST', body }).then(({ status }) => status),
  };
}

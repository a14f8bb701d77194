/** Events of the real Ceph RGW, received by a worker that does not discover: nothing else looks into the bucket here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, inject, it } from 'vitest';
import { KuvaError } from '../../../src/image/failure.ts';
import { createS3Client, drain } from '../../../src/store/s3/client.ts';
import { defaultS3Options } from '../../../src/store/s3/connection.ts';
import { eventually } from '../../whole/kuva.ts';
import { bucketWithEvents, firstDelivery } from './bucketWithEvents.ts';

/** As the server sends them, for events that we send ourselves. */
const eventsOf = (
  bucket: string,
  keys: readonly string[],
  opaqueData: string,
  eventName = 'ObjectCreated:Put',
) =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventName,
      s3: { bucket: { name: bucket }, object: { key } },
      opaqueData,
    })),
  });

// At the same time: each of the server's topics takes half a minute to begin.
const together = { concurrent: true, skip: inject('rgw') === null };

describe('events of Ceph RGW (skipped without radosgw)', together, () => {
  it('queue each object whatever its key, put whole, in parts, or copied, and no scratch object of a probe', async (context) => {
    const { bucket, connection, store, put, secret, turnOn, receive, queued, asked } =
      await bucketWithEvents(context);
    const { expect } = context;
    await turnOn(secret);
    await receive();
    const keys = ['plain.jpg', 'a b  c.jpg', '100%25%.jpg', 'p+q.jpg', 'new\nline.jpg', '\f\u0001.jpg'];
    keys.push('äö/日本 😀.jpg', `q'"<>&.jpg`, 'x/../y', 'back\\slash', ' /  / ', '[1]?*.tif');
    for (const key of keys) await put(key);
    await put('large.tif', Buffer.alloc(6 * 1024 ** 2, 'x'));
    const client = createS3Client(connection, bucket, defaultS3Options);
    const headers = { 'x-amz-copy-source': `/${bucket}/plain.jpg` };
    await drain(await client.send({ method: 'PUT', key: 'copied.jpg', headers, doing: 'copying' }));
    await client.close();
    await store.probe();
    await expect.poll(queued, firstDelivery).toEqual([...keys, 'large.tif', 'copied.jpg'].sort());
    // By events alone: nothing was listed.
    expect(asked.lists).toBe(0);
  });

  it('that came while no worker listened are delivered when one does', async (context) => {
    const { put, secret, turnOn, receive, queued } = await bucketWithEvents(context);
    const { expect } = context;
    await turnOn(secret);
    await put('early.jpg');
    await sleep(1_000);
    expect(await queued()).toEqual([]);
    await receive();
    await eventually(async () => (await queued()).length > 0, 'it is delivered', firstDelivery.timeout);
    expect(await queued()).toEqual(['early.jpg']);
  });

  it('that are doubled a thousand times, late or of nothing cost a few questions, and queue once what is there', async (context) => {
    const { bucket, put, secret, receive, send, queued, asked, told } = await bucketWithEvents(context);
    const { expect } = context;
    await put('there.jpg');
    await receive();
    const keys = ['there.jpg', 'there.jpg', 'gone.jpg'];
    for (let round = 0; round < 50; round++) {
      const statuses = await Promise.all(
        Array.from({ length: 20 }, (_, at) => send(eventsOf(bucket, [keys[at % 3] ?? ''], secret))),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    expect(await send(eventsOf(bucket, ['there.jpg'], secret, 'ObjectRemoved:Delete'))).toBe(200);
    await expect.poll(queued, firstDelivery).toEqual(['there.jpg']);
    // 1,000 events; by far fewer rounds, each of two looks and one row at most.
    expect(asked.heads).toBeLessThan(200);
    expect(asked.enqueues).toBeLessThan(100);
    expect(told).toEqual([]);
  });

  it('of which more come at once than are held are answered by one look over the bucket', async (context) => {
    const { bucket, put, secret, receive, send, queued, asked } = await bucketWithEvents(context);
    const { expect } = context;
    for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) await put(key);
    await receive();
    const madeUp = Array.from({ length: 600 }, (_, at) => `made up ${at}.jpg`);
    expect(await send(eventsOf(bucket, madeUp, secret))).toBe(200);
    await expect.poll(queued, firstDelivery).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    expect(asked).toMatchObject({ lists: 1, heads: 0 });
  });

  it('with another secret queue nothing and are told of once, and the storm of tries of the server is held down', async (context) => {
    const { put, secret, turnOn, receive, queued, told, received } = await bucketWithEvents(context);
    const { expect } = context;
    await turnOn('not the right secret');
    await receive();
    await put('cat.jpg');
    await expect.poll(received, firstDelivery).toBeGreaterThan(0);
    const before = received();
    await sleep(3_000);
    // Without the slow refusals RGW 16 comes 900 times a second.
    expect(received() - before).toBeLessThan(300);
    expect(await queued()).toEqual([]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('does not bear the secret');
    expect(told[0]).not.toContain('not the right secret');
    // Turned on again with the right one: what waited at the server is not sent for ever.
    await turnOn(secret);
    await sleep(2_000);
    const last = received();
    await sleep(3_000);
    expect(received()).toBe(last);
  });

  it('that come during an outage of the store or the database are not forgotten', async (context) => {
    const { expect } = context;
    let failures = 4;
    const fail = (): void => {
      if (failures-- > 0) throw new KuvaError('store-busy', { what: 'The object store asks to slow down' });
    };
    const { bucket, put, secret, receive, send, queued } = await bucketWithEvents(context, (options) => ({
      ...options,
      input: {
        ...options.input,
        head: async (...given) => {
          if (failures % 2 === 0) fail();
          return options.input.head(...given);
        },
      },
      ledger: {
        ...options.ledger,
        enqueue: async (...given) => {
          fail();
          return options.ledger.enqueue(...given);
        },
      },
    }));
    await put('cat.jpg');
    await receive();
    expect(await send(eventsOf(bucket, ['cat.jpg'], secret))).toBe(200);
    await expect.poll(queued, firstDelivery).toEqual(['cat.jpg']);
    expect(failures).toBeLessThanOrEqual(0);
  });
});

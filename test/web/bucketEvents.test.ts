import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/image/secret.ts';
import { readEvents } from '../../src/web/bucketEvent.ts';
import { bucketEventsPath, takeBucketEvents } from '../../src/web/bucketEvents.ts';
import { startWebServer } from '../../src/web/server.ts';
import { ToldRarely } from '../../src/web/toldRarely.ts';

const secret = 'a-secret-of-this-test';

interface Given {
  readonly bucket?: string;
  readonly key?: unknown;
  readonly eventName?: string;
  readonly opaqueData?: string;
}

/** An event as RGW 16.2.15 sends it. */
function event({
  bucket = 'input',
  key = 'cat.jpg',
  eventName = 'ObjectCreated:Put',
  opaqueData = secret,
}: Given = {}) {
  return {
    eventVersion: '2.2',
    eventSource: 'ceph:s3',
    awsRegion: '',
    eventTime: '2026-11-24T00:59:47.689397Z',
    eventName,
    userIdentity: { principalId: 'someone' },
    requestParameters: { sourceIPAddress: '' },
    responseElements: { 'x-amz-request-id': '1', 'x-amz-id-2': '2' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'kuva-images-0',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'someone' },
        arn: `arn:aws:s3:::${bucket}`,
        id: '1',
      },
      object: {
        key,
        size: 5,
        eTag: 'fb0e22c79ac75679e9881e6ba183b354',
        versionId: '',
        sequencer: '8',
        metadata: [],
        tags: [],
      },
    },
    eventId: '1795481987.690908.fb0e22c79ac75679e9881e6ba183b354',
    opaqueData,
  };
}

const bodyOf = (...records: unknown[]): string => JSON.stringify({ Records: records });

async function listen() {
  const hinted: string[] = [];
  const told: string[] = [];
  const server = await startWebServer({
    listen: { host: '127.0.0.1', port: 0 },
    open: [
      takeBucketEvents({
        bucket: 'input',
        secret: new Secret(secret),
        onHint: (key) => hinted.push(key),
        warn: (text) => told.push(text),
      }),
    ],
    guarded: [],
  });
  onTestFinished(() => server.close());
  const send = (body: string | undefined, method = 'POST'): Promise<number> =>
    fetch(`${server.url}${bucketEventsPath}`, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    }).then(({ status }) => status);
  return { hinted, told, send };
}

describe('the receiver of bucket events', () => {
  it('notes the key of each object that was written, exactly as it is, and says so', async () => {
    const { hinted, told, send } = await listen();
    const keys = ['a b.jpg', '100%25.jpg', 'p+q.jpg', 'new\nline.jpg', 'äö/日本 😀.jpg', 'x/../y'];
    expect(await send(bodyOf(...keys.map((key) => event({ key }))))).toBe(200);
    for (const eventName of [
      'ObjectCreated:Copy',
      'ObjectCreated:CompleteMultipartUpload',
      's3:ObjectCreated:Post',
    ])
      expect(await send(bodyOf(event({ key: eventName, eventName })))).toBe(200);
    expect(hinted).toEqual([
      ...keys,
      'ObjectCreated:Copy',
      'ObjectCreated:CompleteMultipartUpload',
      's3:ObjectCreated:Post',
    ]);
    expect(told).toEqual([]);
  });

  it('acknowledges what is of no interest, so that it does not come again, and notes nothing', async () => {
    const { hinted, told, send } = await listen();
    for (const given of [
      { eventName: 'ObjectRemoved:Delete' },
      { eventName: 'ObjectLifecycle:Expiration:Current' },
      { eventName: 'something new' },
      { bucket: 'another' },
      { key: '' },
      { key: 'a\0b' },
      { key: 'x'.repeat(1_025) },
    ])
      expect(await send(bodyOf(event(given)))).toBe(200);
    expect(hinted).toEqual([]);
    expect(told).toEqual(['A bucket event was left alone: it is of another bucket than the input.']);
  });

  it('refuses forged, malformed and oversized events slowly, tells of each kind once, and never of their content', async () => {
    const { hinted, told, send } = await listen();
    const begun = performance.now();
    const statuses = await Promise.all([
      send(bodyOf(event({ opaqueData: 'EVIL' }))),
      send(bodyOf(event(), event({ opaqueData: '' }))),
      send('EVIL'),
      send('{"Records":[{"EVIL":1}]}'),
      send('[]'),
      send(bodyOf(event({ key: 'EVIL'.repeat(100_000) }))),
      send(bodyOf(event({ key: 7 }))),
    ]);
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(statuses).toEqual([403, 403, 400, 400, 400, 413, 400]);
    expect(await send(undefined, 'GET')).toBe(405);
    expect(hinted).toEqual([]);
    expect(told).toHaveLength(3);
    expect(told.join()).not.toContain('EVIL');
    expect(told.join()).not.toContain(secret);
    // Still there for the real ones.
    expect(await send(bodyOf(event()))).toBe(200);
    expect(hinted).toEqual(['cat.jpg']);
  });

  it('takes nothing without the secret, whatever is sent', () => {
    const read = (body: string) => readEvents(body, 'input', new Secret(secret)).outcome;
    const part = fc.dictionary(fc.string(), fc.jsonValue());
    const record = fc.record(
      { eventName: fc.string(), s3: part, opaqueData: fc.string() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(record).map((records) => bodyOf(...records)),
        ),
        (body) => {
          expect(read(body)).not.toBe('read');
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (opaqueData) => {
        expect(read(bodyOf(event({ opaqueData })))).toBe(opaqueData === secret ? 'read' : 'forged');
      }),
    );
  });
});

describe('what is told rarely', () => {
  it('is told at once the first time, then every ten minutes with the number of those in between', () => {
    const told: string[] = [];
    let now = 0;
    const rarely = new ToldRarely(
      (text) => told.push(text),
      () => now,
    );
    for (let at = 0; at < 1_000; at++) rarely.happened('a', 'A happened.');
    rarely.happened('b', 'B happened.');
    now = 10 * 60_000;
    rarely.happened('a', 'A happened.');
    expect(told).toEqual(['A happened.', 'B happened.', 'A happened. (and 999 more times before)']);
  });
});

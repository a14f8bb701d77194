import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { KuvaError } from '../../../src/image/failure.ts';
import { createS3Client, drain, type S3Client } from '../../../src/store/s3/client.ts';
import { defaultS3Options } from '../../../src/store/s3/connection.ts';
import { eventsName, lookAtEvents, turnEventsOff, turnEventsOn } from '../../../src/store/s3/events.ts';
import { readNotifications, removeNotification } from '../../../src/store/s3/notifications.ts';
import { createTopicsClient } from '../../../src/store/s3/topics.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';

const rgw = inject('rgw');
// Nobody listens there.
const url = new URL('http://127.0.0.1:9/bucket-events');
const secret = randomBytes(12).toString('hex');

async function given() {
  if (rgw === null) throw new Error('no RGW');
  const connection = connectionTo(rgw);
  const bucket = await freshBucket(rgw, 'events');
  const client = createS3Client(connection, bucket, defaultS3Options);
  const topics = createTopicsClient(connection);
  const name = eventsName('images', bucket);
  onTestFinished(async () => {
    await turnEventsOff(connection, bucket, name);
    await Promise.all([client.close(), topics.close()]);
  });
  const on = () => turnEventsOn(connection, bucket, { name, url, secret });
  const off = () => turnEventsOff(connection, bucket, name);
  const look = () => lookAtEvents(connection, bucket, name);
  return { connection, bucket, client, topics, name, on, off, look };
}

/** Somebody else's notification, with all that one can have. */
async function strangers(client: S3Client, topicArn: string): Promise<string> {
  const item = `<TopicConfiguration><Id>theirs &amp; "ü"</Id><Topic>${topicArn}</Topic><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a&amp;b/</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>`;
  const body = Buffer.from(`<NotificationConfiguration>${item}</NotificationConfiguration>`);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await drain(
    await client.send({ method: 'PUT', query: { notification: '' }, body, sha256, doing: 'theirs' }),
  );
  return (await readNotifications(client)).inner;
}

describe.skipIf(rgw === null)('events of a bucket of Ceph RGW (skipped without radosgw)', () => {
  it('are turned on, also twice, and off, also twice', async () => {
    const { on, off, look, name } = await given();
    expect(await look()).toEqual({ on: false, broken: false, others: 0, secretIsOpen: false });
    const first = await on();
    expect(first).toMatchObject({ on: true, broken: false, url: url.href, others: 0 });
    expect(first.topicArn).toContain(name);
    expect(await on()).toEqual(first);
    expect(JSON.stringify(first)).not.toContain(secret);
    expect(await off()).toBe(true);
    expect(await off()).toBe(false);
    expect(await look()).toMatchObject({ on: false, broken: false });
  });

  it('leave the notifications and the topics of others as they were', async () => {
    const { connection, client, topics, on, off, look, bucket } = await given();
    const other = `other-${bucket}`;
    const arn = await topics.create({ name: other, url, secret: 'not ours' });
    onTestFinished(async () => {
      const again = createTopicsClient(connection);
      await again.remove(arn);
      await again.close();
    });
    const theirs = await strangers(client, arn);
    expect(await on()).toMatchObject({ on: true, others: 1 });
    expect((await readNotifications(client)).inner).toContain(theirs);
    await on();
    expect(await off()).toBe(true);
    expect((await readNotifications(client)).inner).toBe(theirs);
    expect(await look()).toMatchObject({ on: false, others: 1 });
    expect(await topics.find(other)).toMatchObject({ arn });
    await removeNotification(client, 'theirs & "ü"');
    expect((await readNotifications(client)).list).toEqual([]);
  });

  it('whose topic somebody removed, so that Ceph refuses uploads, are shown as broken, and mended by on and by off', async () => {
    const { client, topics, on, off, look } = await given();
    const body = Buffer.from('x');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const upload = async (): Promise<number> => {
      const answer = await client.send({
        method: 'PUT',
        key: 'cat.jpg',
        body,
        sha256,
        expect: [400, 404],
        doing: 'an upload',
      });
      await drain(answer);
      return answer.status;
    };
    for (const mend of [on, off]) {
      const { topicArn = '' } = await on();
      await topics.remove(topicArn);
      expect(await upload()).toBe(400);
      expect(await look()).toMatchObject({ on: false, broken: true });
      await mend();
      expect(await upload()).toBe(200);
      expect(await look()).toMatchObject({ broken: false });
    }
  });

  it('of a bucket that is not there, or of somebody else, are refused in plain words, and no topic is left', async () => {
    const { connection, topics } = await given();
    const bucket = 'no_such_bucket';
    const name = eventsName('images', bucket);
    const failure = await turnEventsOn(connection, bucket, { name, url, secret }).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toMatchObject({ code: 'bucket-missing' });
    expect(await topics.find(name)).toBeUndefined();
  });

  it('tell by trying whether the server shows the secret to anybody', async () => {
    const { on } = await given();
    // RGW 16.2.15 does. Where it is mended, this line says so.
    expect(await on()).toMatchObject({ secretIsOpen: true });
  });
});

it('a service of Amazon is not even asked', async () => {
  const connection = {
    endpoint: new URL('https://s3.eu-north-1.amazonaws.com'),
    region: 'eu-north-1',
    accessKeyId: 'x',
    secretAccessKey: 'y',
  };
  const failure = await lookAtEvents(connection, 'bucket', 'name').catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(KuvaError);
  expect(String(failure)).toContain('does not push events in the way that Ceph does');
});

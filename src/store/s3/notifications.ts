/**
 * The notifications of a bucket: which of its events go to which topic. Others may have theirs on the same bucket, and
 * theirs are never touched.
 *
 * Servers differ in what a PUT means: Ceph RGW 16 adds to what is there (by id), Amazon and, as its documentation
 * says, newer Ceph replace everything. So everything is read, ours added to it as it stands, and written: right with
 * both. One is removed by its id, which is Ceph's own request, and never by writing what is left.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { drain, type S3Client, textOf } from './client.ts';
import { despiteCollisions } from './collisions.ts';
import { refusalFailure } from './refusal.ts';
import { parseXml, plainText } from './xml.ts';

export interface BucketNotification {
  readonly id: string;
  readonly topicArn: string;
  readonly events: readonly string[];
  /** Only for some objects. */
  readonly filtered: boolean;
}

const itemSchema = z.object({
  Id: z.string().default(''),
  Topic: z.string(),
  Event: z.array(z.string()).default([]),
  Filter: z.unknown().optional(),
});
const documentSchema = z.object({
  NotificationConfiguration: z.union([
    z.literal(''),
    z.object({ TopicConfiguration: z.array(itemSchema).default([]) }),
  ]),
});

export interface BucketNotifications {
  readonly list: readonly BucketNotification[];
  /** The server's words between the outer tags, to be written back as they are. */
  readonly inner: string;
}

export async function readNotifications(client: S3Client): Promise<BucketNotifications> {
  const doing = `reading the notifications of ${client.url}`;
  const answer = await client.send({ method: 'GET', query: { notification: '' }, doing });
  const text = await textOf(answer, doing);
  const { NotificationConfiguration: found } = parseXml(documentSchema, text, doing);
  const items = found === '' ? [] : found.TopicConfiguration;
  return {
    list: items.map((item) => ({
      id: plainText(item.Id),
      topicArn: plainText(item.Topic),
      events: item.Event.map(plainText),
      filtered: item.Filter !== undefined,
    })),
    inner: innerOf(text),
  };
}

/** Between `<NotificationConfiguration …>` and its end; nothing for an empty element. */
function innerOf(text: string): string {
  return (
    /<NotificationConfiguration(?:\s[^>]*[^/])?>([\s\S]*)<\/NotificationConfiguration>/.exec(text)?.[1] ?? ''
  );
}

/**
 * Adds one, beside those that are there, and looks whether all of them are there afterwards.
 * @param before what was read a moment ago, without one of this id
 */
export async function addNotification(
  client: S3Client,
  before: BucketNotifications,
  { id, topicArn, events }: Omit<BucketNotification, 'filtered'>,
): Promise<void> {
  const doing = `writing the notifications of ${client.url}`;
  const ours = `<TopicConfiguration><Id>${escaped(id)}</Id><Topic>${escaped(topicArn)}</Topic>${events
    .map((event) => `<Event>${escaped(event)}</Event>`)
    .join('')}</TopicConfiguration>`;
  const body = Buffer.from(
    `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${before.inner}${ours}</NotificationConfiguration>`,
  );
  const sha256 = createHash('sha256').update(body).digest('hex');
  const answer = await despiteCollisions(() =>
    client.send({ method: 'PUT', query: { notification: '' }, body, sha256, expect: [404, 500], doing }),
  );
  if (answer.refusal?.code === 'NoSuchKey') throw topicGone(client, before);
  if (answer.refusal !== undefined) throw refusalFailure(answer.refusal, doing);
  await drain(answer);
  const after = new Set((await readNotifications(client)).list.map((item) => item.id));
  const missing = [...before.list.map((item) => item.id), id].filter((one) => !after.has(one));
  if (missing.length === 0) return;
  throw new KuvaError('store-protocol', {
    what: `After writing the notifications of ${client.url} these are not there: ${missing.join(', ')}`,
    data: 'Objects are not touched. Somebody may have changed the notifications at the same moment.',
    remedy: 'Look at the notifications of the bucket, and run the command again.',
  });
}

/** Ceph's way of saying that some notification of the list names a topic that is not there. */
function topicGone({ url }: S3Client, { list }: BucketNotifications): KuvaError {
  const others = list.map(({ id, topicArn }) => `${id} (${topicArn})`).join(', ');
  return new KuvaError('store-protocol', {
    what: `The server does not take the notification for ${url}: a topic is not there`,
    data: `The other notifications of the bucket are as they were: ${others === '' ? 'none' : others}.`,
    remedy:
      'Where one of them names a topic that was removed, Ceph may refuse uploads to the bucket too: remove that notification, then run the command again.',
  });
}

/** Removes the one with this id and no other. Repeating it is harmless. */
export async function removeNotification(client: S3Client, id: string): Promise<void> {
  const doing = `removing the notification ${id} of ${client.url}`;
  const answer = await despiteCollisions(() =>
    client.send({ method: 'DELETE', query: { notification: id }, expect: [404, 500], doing }),
  );
  if (answer.refusal !== undefined && answer.refusal.code !== 'NoSuchKey')
    throw refusalFailure(answer.refusal, doing);
  await drain(answer);
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (character) => entities[character] ?? character);
}

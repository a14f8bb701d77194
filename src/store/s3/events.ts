/** Events of a bucket, pushed to kuva by the object store: one topic and one notification of our own. */
import { createHash } from 'node:crypto';
import { KuvaError, toKuvaError } from '../../image/failure.ts';
import { createS3Client, type S3Client } from './client.ts';
import { defaultS3Options, type S3Connection } from './connection.ts';
import { addNotification, readNotifications, removeNotification } from './notifications.ts';
import { createTopicsClient, type TopicsClient } from './topics.ts';

/** What kuva wants to hear of. Removals are of no interest, and cost the server a delivery each. */
const wanted = ['s3:ObjectCreated:*'];

export interface EventsWish {
  /** See {@link eventsName}. */
  readonly name: string;
  readonly url: URL;
  readonly secret: string;
}

export interface EventsState {
  /** Both the topic and the bucket's notification are there. */
  readonly on: boolean;
  /**
   * Half of it is there. A notification without its topic is the bad half: Ceph then refuses every upload to the
   * bucket. Turning events on, or off, mends it.
   */
  readonly broken: boolean;
  readonly topicArn?: string;
  /** Where the server pushes to. */
  readonly url?: string;
  /** Notifications of others on the same bucket: left alone. */
  readonly others: number;
  /** The server shows topics, and the secret in them, to anybody who reaches it. */
  readonly secretIsOpen: boolean;
}

/** The name of a pipeline's topic and notification. Topics are shared by all of a tenant: so the bucket is in it too. */
export function eventsName(pipeline: string, bucket: string): string {
  const mark = createHash('sha256')
    .update(JSON.stringify([pipeline, bucket]))
    .digest('hex')
    .slice(0, 8);
  return `kuva-${pipeline}-${mark}`;
}

/**
 * Makes the topic and the notification, or brings them up to date. Harmless to repeat.
 * @throws KuvaError `store-protocol` where the server has no such thing; nothing was changed then; `store-*`
 */
export function turnEventsOn(
  connection: S3Connection,
  bucket: string,
  wish: EventsWish,
): Promise<EventsState> {
  return using(connection, bucket, async (client, topics) => {
    for (let tries = 1; ; tries += 1) {
      const failure = await makeBoth(client, topics, wish).catch(toKuvaError);
      const state = await stateOf(client, topics, wish.name);
      if (failure === undefined && state.on) return state;
      // A topic that was made may be gone again: Ceph RGW 16 loses one when two are changed at the same time.
      if (tries < mostTries && state.topicArn === undefined && (failure === undefined || isProtocol(failure)))
        continue;
      await removeBoth(client, topics, wish.name);
      throw failure ?? notKept(client);
    }
  });
}

/** How often both are made before it is given up. */
const mostTries = 5;

async function makeBoth(client: S3Client, topics: TopicsClient, wish: EventsWish): Promise<void> {
  // A topic's new URL or secret counts only for notifications that are made after it. And a notification whose topic
  // is gone makes Ceph refuse uploads: so it always goes before its topic, and comes after it. The topic is made anew,
  // with an empty queue: events that wait in the old one bear the old secret, and would be refused for ever.
  await removeBoth(client, topics, wish.name);
  const topicArn = await told(client, () => topics.create(wish));
  const before = await readNotifications(client);
  await addNotification(client, before, { id: wish.name, topicArn, events: wanted });
}

/** @returns false when nothing was there */
async function removeBoth(client: S3Client, topics: TopicsClient, name: string): Promise<boolean> {
  const { list } = await told(client, () => readNotifications(client));
  const ours = list.some(({ id }) => id === name);
  if (ours) await removeNotification(client, name);
  const topic = await told(client, () => topics.find(name));
  if (topic !== undefined) await topics.remove(topic.arn);
  return ours || topic !== undefined;
}

/** Removes what {@link turnEventsOn} made and nothing else. @returns false when nothing was there */
export function turnEventsOff(connection: S3Connection, bucket: string, name: string): Promise<boolean> {
  return using(connection, bucket, (client, topics) => removeBoth(client, topics, name));
}

/** @throws KuvaError `store-protocol` where the server has no such thing; `store-*` */
export function lookAtEvents(connection: S3Connection, bucket: string, name: string): Promise<EventsState> {
  return using(connection, bucket, (client, topics) => stateOf(client, topics, name));
}

async function stateOf(client: S3Client, topics: TopicsClient, name: string): Promise<EventsState> {
  const { list } = await told(client, () => readNotifications(client));
  const topic = await told(client, () => topics.find(name));
  const ours = list.find(({ id }) => id === name);
  return {
    on: topic !== undefined && ours?.topicArn === topic.arn,
    broken: (topic === undefined) !== (ours === undefined),
    ...(topic !== undefined && { topicArn: topic.arn, url: topic.url }),
    others: list.length - (ours === undefined ? 0 : 1),
    secretIsOpen: topic !== undefined && (await topics.isShownToAnybody(topic.arn)),
  };
}

async function using<T>(
  connection: S3Connection,
  bucket: string,
  action: (client: S3Client, topics: TopicsClient) => Promise<T>,
): Promise<T> {
  if (/(^|\.)amazonaws\.com(\.cn)?$/.test(connection.endpoint.hostname)) throw noEvents(`s3://${bucket}`);
  const client = createS3Client(connection, bucket, defaultS3Options);
  const topics = createTopicsClient(connection);
  try {
    return await action(client, topics);
  } finally {
    await Promise.all([client.close(), topics.close()]);
  }
}

/** A request that the server does not know, or an answer that makes no sense, means that it has no events of this kind. */
async function told<T>(client: S3Client, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (isProtocol(thrown)) throw noEvents(client.url, thrown);
    throw thrown;
  }
}

function isProtocol(thrown: unknown): thrown is KuvaError {
  return thrown instanceof KuvaError && thrown.code === 'store-protocol';
}

function notKept({ url }: S3Client): KuvaError {
  return new KuvaError('store-protocol', {
    what: `The server of ${url} took the topic and the notification, and has not kept both`,
    data: 'Both were removed again. New images are found by looking, as always.',
    remedy: 'Try again when nobody else changes topics there.',
  });
}

function noEvents(url: string, cause?: KuvaError): KuvaError {
  return new KuvaError('store-protocol', {
    what: `The server of ${url} does not push events in the way that Ceph does`,
    data: 'Nothing was changed. kuva finds new images by looking into the bucket, as always.',
    remedy: 'Events are an extra for Ceph RGW with its "notifications" API; nothing else needs them.',
    cause,
  });
}

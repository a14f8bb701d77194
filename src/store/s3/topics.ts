/**
 * Topics of Ceph RGW: where it pushes the events of buckets to. It speaks a small part of Amazon's SNS, at the endpoint
 * of S3. Source: Ceph's documentation, "Bucket Notifications"; the answers were looked at on RGW 16.2.15.
 */
import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { z } from 'zod';
import { type S3Answer, textOf } from './client.ts';
import { despiteCollisions } from './collisions.ts';
import { defaultS3Options, type S3Connection } from './connection.ts';
import { exchange } from './exchange.ts';
import { readRefusal, refusalFailure } from './refusal.ts';
import { createSigner } from './signer.ts';
import { parseXml, plainText } from './xml.ts';

/** A topic that pushes by HTTP. */
export interface TopicWish {
  readonly name: string;
  /** Where events are pushed to. */
  readonly url: URL;
  /** Goes into each event as `opaqueData`: how the receiver knows the sender. */
  readonly secret: string;
}

export interface Topic {
  readonly arn: string;
  /** Where it pushes to; empty when the server does not tell. */
  readonly url: string;
}

type Fields = Readonly<Record<string, string>>;

export interface TopicsClient {
  /** Makes a topic, or changes the one of that name. @throws KuvaError `store-*` */
  create(wish: TopicWish): Promise<string>;
  /** Removes a topic, with the events that it has not delivered. Repeating it is harmless. */
  remove(arn: string): Promise<void>;
  /** The topic of that name; undefined when there is none. */
  find(name: string): Promise<Topic | undefined>;
  /** Does the server show this topic, its secret included, to somebody without any key? RGW 16 does. */
  isShownToAnybody(arn: string): Promise<boolean>;
  close(): Promise<void>;
}

const createdSchema = z.object({
  CreateTopicResponse: z.object({ CreateTopicResult: z.object({ TopicArn: z.string().min(1) }) }),
});
const memberSchema = z.object({
  // For each notification Ceph lists the topic once more, under another name and the same ARN.
  Name: z.string().optional(),
  TopicArn: z.string(),
  EndPoint: z.object({ EndpointAddress: z.string().optional() }).optional(),
});
const listedSchema = z.object({
  ListTopicsResponse: z.object({
    ListTopicsResult: z.object({
      Topics: z.union([z.literal(''), z.object({ member: z.array(memberSchema).default([]) })]).default(''),
      NextToken: z.string().optional(),
    }),
  }),
});

/** Pages of topics looked through at most: newer servers give 100 a page. */
const mostPages = 100;

export function createTopicsClient(connection: S3Connection): TopicsClient {
  const { endpoint } = connection;
  const sign = createSigner(connection, 'sns');
  const { connectTimeout, answerTimeout, idleTimeout } = defaultS3Options;
  const pool = new Pool(endpoint.origin, {
    connections: 2,
    connectTimeout,
    headersTimeout: answerTimeout,
    bodyTimeout: idleTimeout,
  });
  const path = `${endpoint.pathname.replace(/\/+$/, '')}/`;

  const post = async (fields: Fields, doing: string, signed: boolean): Promise<S3Answer> => {
    const body = Buffer.from(new URLSearchParams(fields).toString());
    const unsigned = {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'content-length': String(body.length),
    };
    const sha256 = createHash('sha256').update(body).digest('hex');
    const headers = signed
      ? await sign({ method: 'POST', path, query: {}, headers: unsigned, sha256 })
      : { ...unsigned, host: endpoint.host };
    const answer = await exchange(pool, { method: 'POST', path, headers, body, doing });
    if (answer.status < 300) return answer;
    return { ...answer, refusal: readRefusal(answer.status, await textOf(answer, doing)) };
  };
  const ask = async (fields: Fields, doing: string): Promise<string> => {
    const answer = await despiteCollisions(() => post(fields, doing, true));
    if (answer.refusal !== undefined) throw refusalFailure(answer.refusal, doing);
    return textOf(answer, doing);
  };

  return {
    async create({ name, url, secret }) {
      const doing = `creating the topic ${name}`;
      const attributes = {
        'push-endpoint': url.href,
        // Kept by the server until they are delivered: an upload does not wait for the receiver.
        persistent: 'true',
        'verify-ssl': 'true',
        // Seconds. By then a look into the bucket has found it. Ceph 16 does not know these two and keeps it for ever.
        time_to_live: '3600',
        retry_sleep_duration: '2',
        OpaqueData: secret,
      };
      const fields: Record<string, string> = { Action: 'CreateTopic', Name: name };
      for (const [at, [key, value]] of Object.entries(attributes).entries()) {
        fields[`Attributes.entry.${at + 1}.key`] = key;
        fields[`Attributes.entry.${at + 1}.value`] = value;
      }
      const made = parseXml(createdSchema, await ask(fields, doing), doing);
      return plainText(made.CreateTopicResponse.CreateTopicResult.TopicArn);
    },
    async remove(arn) {
      await ask({ Action: 'DeleteTopic', TopicArn: arn }, `removing the topic ${arn}`);
    },
    async find(name) {
      const doing = 'listing the topics';
      let token: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const fields = { Action: 'ListTopics', ...(token !== undefined && { NextToken: token }) };
        const listed = parseXml(listedSchema, await ask(fields, doing), doing);
        const { Topics: topics, NextToken: next } = listed.ListTopicsResponse.ListTopicsResult;
        for (const { Name, TopicArn, EndPoint } of topics === '' ? [] : topics.member) {
          const arn = plainText(TopicArn);
          if ((Name === undefined ? arn.split(':').at(-1) : plainText(Name)) !== name) continue;
          return { arn, url: plainText(EndPoint?.EndpointAddress ?? '') };
        }
        if (next === undefined || next === '') return undefined;
        token = plainText(next);
      }
      return undefined;
    },
    async isShownToAnybody(arn) {
      const doing = 'asking for a topic without a key';
      const answer = await post({ Action: 'GetTopic', TopicArn: arn }, doing, false);
      if (answer.refusal !== undefined) return false;
      return (await textOf(answer, doing)).includes(arn);
    },
    close: () => pool.destroy(),
  };
}

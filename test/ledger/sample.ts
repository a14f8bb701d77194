/** Made-up images and what a worker would tell of them. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ObjectKey, parseObjectKey } from '../../src/image/key.ts';
import type { Attempt, Begin, BeginOptions, SeenObject } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import type { NewRecord } from '../../src/ledger/contract/record.ts';

export const inputBucket = 'input_bucket';
export const outputBucket = 'output_bucket';
export const recipe = { digest: 'd'.repeat(64), text: '{"outputs":[]}' };

export function key(text: string): ObjectKey {
  return parseObjectKey(text);
}

export function seen(name: string, etag = `etag of ${name}`, size = 1234): SeenObject {
  return { key: key(name), etag, size, lastModified: new Date('2026-01-02T03:04:05.678Z') };
}

/** What a worker asks for when it begins: one output, named as the tutorial names it. */
export function beginOptions(name: string, changes: Partial<BeginOptions> = {}): BeginOptions {
  return {
    worker: 'worker-1',
    wanted: [{ output: 'image', key: key(`negated_${name}`), alternative: key(`negated_${name}~mark`) }],
    outputBucket,
    conflict: 'keep-both',
    maxAttempts: 3,
    ...changes,
  };
}

export function recordOf(attempt: Attempt, content = 'pixels', output = 'image'): NewRecord {
  const granted = attempt.outputKeys.get(output);
  if (granted === undefined) throw new Error(`no key was granted for ${output}`);
  return {
    output,
    inputBytes: attempt.size,
    inputSha256: sha256(attempt.image.etag),
    inputFormat: 'jpeg',
    inputWidth: 640,
    inputHeight: 480,
    inputPages: 1,
    outputBucket,
    outputKey: granted.key,
    outputEtag: `etag of ${content}`,
    outputBytes: content.length,
    outputSha256: sha256(content),
    outputFormat: 'jpeg',
    outputWidth: 640,
    outputHeight: 480,
    outputPages: 1,
    way: 'pixels',
    wayReason: 'a Huffman table is missing',
    durations: { wait: attempt.waitedMs, get: 1.5, transform: 20, hash: 0.25, put: 3 },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function begun(begin: Begin): Attempt {
  if (begin.outcome !== 'begun') throw new Error(`not begun: ${JSON.stringify(begin)}`);
  return begin.attempt;
}

/** Puts one object in and gives its id. */
export async function put(ledger: Ledger, name: string, etag?: string): Promise<bigint> {
  await ledger.enqueue(inputBucket, [seen(name, etag)], await ledger.now());
  const wanted = seen(name, etag);
  for await (const row of ledger.images({})) {
    if (row.image.key === wanted.key && row.image.etag === wanted.etag) return row.id;
  }
  throw new Error(`${name} was not put in`);
}

/** One image's whole way. */
export async function finish(ledger: Ledger, id: bigint, name: string, content = 'pixels'): Promise<Attempt> {
  const attempt = begun(await ledger.begin(id, beginOptions(name)));
  await ledger.commit(attempt, [recordOf(attempt, content)], recipe);
  await ledger.settle(attempt, { state: 'done' });
  return attempt;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const rowsSchema = z.array(z.record(z.string(), z.unknown()));

/** The rows that a statement gives. */
export async function rowsOf(
  pool: { query(sql: string): Promise<{ rows: unknown[] }> },
  sql: string,
): Promise<Record<string, unknown>[]> {
  return rowsSchema.parse((await pool.query(sql)).rows);
}

/** Waits until it is so; at most for the time given, in milliseconds. */
export async function until(what: () => Promise<boolean> | boolean, patience = 15_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`it did not happen within ${patience} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

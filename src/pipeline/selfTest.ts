/** One image of our own through the whole pipeline, looked at from all sides, and taken away again. */
import { randomBytes, randomInt } from 'node:crypto';
import { KuvaError } from '../image/failure.ts';
import { type ObjectKey, parseObjectKey } from '../image/key.ts';
import { showDuration } from '../image/quantity.ts';
import type { Recipe } from '../image/recipe.ts';
import type { ImageRow } from '../ledger/contract/images.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { LedgerRecord } from '../ledger/contract/record.ts';
import type { ObjectStore } from '../store/contract.ts';
import type { Transformer } from '../transform/contract.ts';
import { sha256Of, sha256OfStream } from './hash.ts';
import { pause } from './pause.ts';
import { testPicture } from './testPicture.ts';

export interface SelfTestParts {
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  readonly ledger: Pick<Ledger, 'images' | 'records'>;
  readonly transformer: Transformer;
  readonly recipe: Recipe;
  /** Takes an image's rows out of the ledger. */
  readonly forget: (imageId: bigint) => Promise<void>;
}

export interface SelfTestReport {
  readonly ok: true;
  /** Milliseconds from the upload until all was found to be right. */
  readonly took: number;
  readonly outputs: number;
  /** Which worker made them. */
  readonly worker: string;
}

/** Milliseconds. */
const interval = 500;

/**
 * Puts a test image into the input bucket, waits until some worker has done it, compares the outputs with what the recipe
 * makes of it here and with the ledger, sees that the input is gone, and removes every trace, whatever happened.
 * @param limit milliseconds
 * @throws KuvaError `self-test-failed`; what the stores and the ledger throw
 */
export async function selfTest(
  parts: SelfTestParts,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<SelfTestReport> {
  const key = parseObjectKey(`kuva-self-test-${randomBytes(8).toString('hex')}.png`);
  const bytes = testPicture(randomInt(256));
  const begin = performance.now();
  const records: LedgerRecord[] = [];
  let image: ImageRow | undefined;
  try {
    await parts.input.put(key, bytes, {
      contentType: 'image/png',
      sha256: await sha256Of(bytes),
      condition: 'absent',
    });
    image = await waitFor(parts, key, limit, signal);
    for await (const record of parts.ledger.records({ imageId: image.id })) records.push(record);
    await compare(parts, key, bytes, records);
    const [first] = records;
    return {
      ok: true,
      took: performance.now() - begin,
      outputs: records.length,
      worker: first?.worker ?? '',
    };
  } finally {
    await removeAll(parts, key, image, records);
  }
}

/** Until it has come to an end. */
async function waitFor(
  { ledger }: SelfTestParts,
  key: ObjectKey,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<ImageRow> {
  const end = performance.now() + limit;
  let seen = 'no worker has found it in the input bucket';
  for (;;) {
    for await (const row of ledger.images({ name: key })) {
      if (row.state === 'done') return row;
      if (row.state === 'rejected' || row.state === 'failed' || row.state === 'superseded') {
        throw wrong(`it was ${row.state}: ${row.failure?.what ?? 'nobody says why'}`, row.failure?.remedy);
      }
      seen = `it is ${row.state}`;
    }
    if (signal?.aborted === true) {
      throw new KuvaError('interrupted', { what: 'Stopped while the test image was on its way' });
    }
    if (performance.now() > end) {
      throw wrong(
        `${seen} after ${showDuration(limit)}`,
        'Does a worker run? `kuva status` shows them, and what is in their way.',
      );
    }
    await pause(interval, signal);
  }
}

async function compare(
  { input, output, transformer, recipe }: SelfTestParts,
  key: ObjectKey,
  bytes: Buffer,
  records: readonly LedgerRecord[],
): Promise<void> {
  const made = await transformer.apply(bytes, await transformer.inspect(bytes), recipe);
  for (const one of made) {
    const record = records.find(({ output: name }) => name === one.output);
    if (record === undefined) throw wrong(`the ledger has no row for its output "${one.output}"`);
    const expected = await sha256Of(one.bytes);
    if (record.outputSha256 !== expected) {
      throw wrong(
        `its output ${record.outputKey} is another one than this version of kuva makes`,
        'Workers of different versions or with different recipes share this pipeline: bring them to the same.',
      );
    }
    const { body } = await output.get(record.outputKey);
    if ((await sha256OfStream(body)) !== expected) {
      throw wrong(`its output ${record.outputKey} does not have the SHA-256 that the ledger names`);
    }
  }
  if ((await input.head(key)) !== undefined) throw wrong('it still lies in the input bucket');
}

function wrong(what: string, remedy?: string): KuvaError {
  return new KuvaError('self-test-failed', {
    what: `The test image did not come through: ${what}`,
    data: 'No other image was touched.',
    ...(remedy !== undefined && { remedy }),
  });
}

/** What cannot be removed must not hide what was found. */
async function removeAll(
  { input, output, ledger, forget }: SelfTestParts,
  key: ObjectKey,
  image: ImageRow | undefined,
  records: readonly LedgerRecord[],
): Promise<void> {
  const quietly = (removing: Promise<unknown>): Promise<unknown> => removing.catch(() => undefined);
  const remove = async (store: ObjectStore, one: ObjectKey): Promise<void> => {
    const there = await store.head(one);
    if (there !== undefined) await store.delete(there);
  };
  await quietly(remove(input, key));
  for (const { outputKey } of records) await quietly(remove(output, outputKey));
  const id = image?.id ?? (await quietly(endedId(ledger, key)));
  if (typeof id === 'bigint') await quietly(forget(id));
}

async function endedId(ledger: SelfTestParts['ledger'], key: ObjectKey): Promise<bigint | undefined> {
  for await (const { id } of ledger.images({ name: key })) return id;
  return undefined;
}

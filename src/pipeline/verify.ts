import { toKuvaError } from '../image/failure.ts';
import type { ObjectKey } from '../image/key.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { LedgerRecord } from '../ledger/contract/record.ts';
import type { ObjectStore, ObjectVersion } from '../store/contract.ts';
import type { Clock } from './clock.ts';
import { sha256OfStream } from './hash.ts';

/** What a read-back found out about one output. */
export type Finding =
  | { readonly kind: 'proven'; readonly record: LedgerRecord }
  | { readonly kind: 'missing'; readonly record: LedgerRecord }
  | {
      readonly kind: 'different';
      readonly record: LedgerRecord;
      readonly sha256: string;
      readonly bytes: number;
    }
  /** Could not be read: neither proven nor disproven. */
  | { readonly kind: 'unreadable'; readonly record: LedgerRecord; readonly reason: string }
  /** An object in the output bucket that no record names. */
  | { readonly kind: 'orphan'; readonly key: ObjectKey; readonly bytes: number };

export interface VerifyOptions {
  readonly output: ObjectStore;
  readonly ledger: Ledger;
  /** Only outputs whose key, or whose input's key, matches; orphans are then not looked for. */
  readonly name?: string;
  /** Outputs read at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFinding: (finding: Finding) => void;
}

export interface Verification {
  readonly proven: number;
  readonly missing: number;
  readonly different: number;
  readonly unreadable: number;
  readonly orphans: number;
}

/**
 * Reads every output back and compares its SHA-256 with the ledger; then looks for objects that the ledger does
 * not know. Changes nothing. Holds one page of each in memory.
 */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { ledger, output, name, signal, onFinding } = options;
  const counts = { proven: 0, missing: 0, different: 0, unreadable: 0, orphan: 0 };
  const tell = (finding: Finding): void => {
    counts[finding.kind]++;
    onFinding(finding);
  };
  const records = ledger.records({
    currentOnly: true,
    oldestFirst: true,
    ...(name !== undefined && { name }),
  });
  await eachOf(records, options.concurrency, signal, async (record) => {
    if (record.outputBucket === output.bucket) tell(await check(output, record, signal));
  });
  if (name === undefined) await findOrphans(options, tell);
  const { orphan, ...rest } = counts;
  return { ...rest, orphans: orphan };
}

async function check(output: ObjectStore, record: LedgerRecord, signal: AbortSignal): Promise<Finding> {
  try {
    const { version, body } = await output.get(record.outputKey, { signal });
    const sha256 = await sha256OfStream(body);
    return sha256 === record.outputSha256
      ? { kind: 'proven', record }
      : { kind: 'different', record, sha256, bytes: version.size };
  } catch (thrown) {
    signal.throwIfAborted();
    const failure = toKuvaError(thrown);
    return failure.code === 'object-missing'
      ? { kind: 'missing', record }
      : { kind: 'unreadable', record, reason: failure.message };
  }
}

async function findOrphans(
  { ledger, output, clock, signal }: VerifyOptions,
  tell: (finding: Finding) => void,
): Promise<void> {
  const isFresh = ({ lastModified }: ObjectVersion): boolean =>
    clock.now() - lastModified.getTime() < freshness;
  for await (const page of output.list({ signal })) {
    let unknown = await unnamed(ledger, output, page.objects);
    // What a worker has just written is not recorded yet: it is between PUT and COMMIT.
    for (let waited = 0; waited < commitTime && unknown.some(isFresh); waited += look) {
      if ((await ledger.counts()).processing === 0) break;
      await clock.pause(look, signal);
      unknown = await unnamed(ledger, output, unknown);
    }
    // A worker may have finished between the two looks.
    for (const { key, size } of await unnamed(ledger, output, unknown))
      tell({ kind: 'orphan', key, bytes: size });
  }
}

/** Milliseconds that a worker may take from a PUT to its COMMIT, and between two looks whether it has. */
const commitTime = 10_000;
const look = 250;

/** Milliseconds since its writing in which an output may still wait for its record. */
const freshness = 60_000;

async function unnamed(
  ledger: Ledger,
  output: ObjectStore,
  objects: readonly ObjectVersion[],
): Promise<ObjectVersion[]> {
  if (objects.length === 0) return [];
  const known = await ledger.knownOutputs(
    output.bucket,
    objects.map(({ key }) => key),
  );
  return objects.filter(({ key }) => !known.has(key));
}

/** Runs `action` for each item, at most `width` at a time, taking items only as fast as they are finished. */
async function eachOf<T>(
  items: AsyncIterable<T>,
  width: number,
  signal: AbortSignal,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  // An async generator queues concurrent calls of next(), so that the lanes can share it.
  const lane = async (): Promise<void> => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      signal.throwIfAborted();
      await action(next.value);
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, lane));
  } finally {
    await iterator.return?.();
  }
}

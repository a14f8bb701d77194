import { toKuvaError } from '../image/failure.ts';
import type { ObjectKey } from '../image/key.ts';
import type { Ledger, LedgerRecord } from '../ledger/contract.ts';
import type { ObjectStore } from '../store/contract.ts';
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
  if (name === undefined) await findOrphans(ledger, output, signal, tell);
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
  ledger: Ledger,
  output: ObjectStore,
  signal: AbortSignal,
  tell: (finding: Finding) => void,
): Promise<void> {
  for await (const page of output.list({ signal })) {
    const known = await ledger.knownOutputs(
      output.bucket,
      page.objects.map((object) => object.key),
    );
    for (const { key, size } of page.objects) {
      if (!known.has(key)) tell({ kind: 'orphan', key, bytes: size });
    }
  }
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

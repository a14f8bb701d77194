import type { Facts } from '../image/facts.ts';
import type { ImageIdentity } from '../image/identity.ts';
import type { ImageRow } from '../ledger/contract/images.ts';
import type { LedgerRecord } from '../ledger/contract/record.ts';

/** One line of the log: a record of what was made, or an image that has no record (yet). */
export interface LogLine {
  readonly when: Date;
  readonly state: string;
  readonly inputBucket: string;
  readonly inputKey: string;
  readonly outputBucket: string | undefined;
  readonly outputKey: string | undefined;
  readonly outputBytes: number | undefined;
  readonly outputSha256: string | undefined;
  readonly reason: string | undefined;
  readonly rule: string | undefined;
  readonly facts: Facts | undefined;
  /** All that is known, for `--json`. */
  readonly whole: ImageRow | LedgerRecord;
}

export function fromRecord(record: LedgerRecord): LogLine {
  const { image, outputBucket, outputKey, outputBytes, outputSha256 } = record;
  const output = { outputBucket, outputKey, outputBytes, outputSha256, facts: record.facts };
  return {
    ...noOutput,
    ...output,
    rule: record.rule,
    when: record.recordedAt,
    state: 'done',
    ...inputOf(image),
    whole: record,
  };
}

export function fromImage(row: ImageRow): LogLine {
  const when = row.settledAt ?? row.startedAt ?? row.queuedAt;
  return {
    ...noOutput,
    when,
    state: row.state,
    ...inputOf(row.image),
    reason: row.failure?.what,
    whole: row,
  };
}

const noOutput = {
  outputBucket: undefined,
  outputKey: undefined,
  outputBytes: undefined,
  outputSha256: undefined,
  reason: undefined,
  rule: undefined,
  facts: undefined,
} as const;

function inputOf({ bucket, key }: ImageIdentity): Pick<LogLine, 'inputBucket' | 'inputKey'> {
  return { inputBucket: bucket, inputKey: key };
}

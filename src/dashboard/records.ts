import type { Ledger } from '../ledger/contract/ledger.ts';
import type { LedgerRecord } from '../ledger/contract/record.ts';

/** Records of one image that are read: it has one for each output each time that it was put in. */
export const mostRecords = 200;

/** The record of the newest time that an image was done: of its first output, unless one is named. */
export async function firstRecord(
  ledger: Pick<Ledger, 'records'>,
  imageId: bigint,
  output?: string,
): Promise<LedgerRecord | undefined> {
  let found: LedgerRecord | undefined;
  for await (const record of ledger.records({ imageId, limit: mostRecords })) {
    if (found !== undefined && record.round < found.round) break;
    if (output === undefined || record.output === output) found = record;
  }
  return found;
}

import type { Place } from '../../ledger/catalogue/contract.ts';
import { ApiFailure } from './failure.ts';

/** A place in a list, as text that an address can bear. */
export function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${at}|${id}`).toString('base64url');
}

/** @throws ApiFailure 400 */
export function readCursor(text: string): Place {
  const decoded = Buffer.from(text, 'base64url').toString('latin1');
  const [, at, id] =
    /^(\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d){0,2})\|(\d{1,18})$/.exec(decoded) ??
    [];
  if (at === undefined || id === undefined)
    throw new ApiFailure(400, { code: 'usage-invalid', what: 'This cursor is none of ours' });
  return { at, id: BigInt(id) };
}

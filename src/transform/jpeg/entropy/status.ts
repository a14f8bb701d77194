/** Why a scan could not be negated in its entropy-coded data; the numbers are those of `assembly/status.ts`. */
import { Unable } from './unable.ts';

const scanStatus = [
  'ok',
  'a code that the table does not have',
  'the data end before the picture does',
  'more coefficients than a block has',
  'more data than the picture needs',
  'the last byte is not filled up with ones',
  'a restart marker is missing',
  'the table has no code for a shifted value',
  'too little room',
] as const;

export const ok = 0;
const noRoom = 8;

/** @throws Unable for any status but `ok` */
export function checkStatus(status: number): void {
  if (status === ok) return;
  if (status === noRoom) throw new Unable('the result would be much longer than the source');
  throw new Unable(scanStatus[status] ?? `status ${status}`);
}

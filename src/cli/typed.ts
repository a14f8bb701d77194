import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../image/quantity.ts';

/** A point in time as people type it: an age (`2h`, `7d`) or a date (`2026-11-23`, `2026-11-23T10:00`, local time). */
export function parseWhen(text: string): Date {
  const age = parseDuration(text);
  if (age !== undefined) return new Date(Date.now() - age);
  // A bare date would be read as UTC; people mean their own midnight.
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError(
      'Give an age such as 30min, 2h or 7d, or a date such as 2026-11-23T10:00.',
    );
  }
  return date;
}

/** A number of things, 0 or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** The number that an image has in the ledger. */
export function parseImageId(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('Give the number that a log line names.');
  return BigInt(text);
}

/** A number of machines, 1 or more. */
export function parseWorkers(text: string): number {
  const count = parseCount(text);
  if (count < 1 || count > 50)
    throw new InvalidArgumentError('Give a number from 1 to 50; `kuva cloud down` takes all away.');
  return count;
}

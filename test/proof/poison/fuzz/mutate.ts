/** Mutants: small sound files with something done to them. The same seed and number give the same mutant. */
import { generator } from '../../../pictures/pixels.ts';
import { mended, partsOf } from './parts.ts';
import type { SeedPicture } from './seeds.ts';

export interface Mutant {
  readonly number: number;
  readonly from: SeedPicture;
  /** What was done, in order. */
  readonly changes: readonly string[];
  readonly bytes: Buffer;
}

/** Whole numbers below a bound. */
type Dice = (below: number) => number;

type Change = (bytes: Buffer, from: SeedPicture, seeds: readonly SeedPicture[], dice: Dice) => Buffer;

/** Where sizes and counts overflow, change sign, or are just too much. */
const numbers = [
  0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 257, 999, 0x7fff, 0x8000, 0xffff,
] as const;
const large = [0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

/** Bytes at the beginning where most headers lie. */
const head = 64;

const place = (bytes: Buffer, dice: Dice): number =>
  dice(dice(3) === 0 ? Math.min(head, bytes.length) : bytes.length);

function withNumber(bytes: Buffer, at: number, dice: Dice): Buffer {
  const copy = Buffer.from(bytes);
  const size = ([1, 2, 4] as const)[dice(3)] ?? 1;
  if (at + size > copy.length) return copy;
  const all: readonly number[] = size === 4 ? [...numbers, ...large] : numbers;
  const value = (all[dice(all.length)] ?? 0) % 2 ** (8 * size);
  if (dice(2) === 0) copy.writeUIntBE(value, at, size);
  else copy.writeUIntLE(value, at, size);
  return copy;
}

/** Something done to the list of parts. */
const withParts =
  (change: (parts: Buffer[], dice: Dice, others: () => readonly Buffer[]) => void): Change =>
  (bytes, from, seeds, dice) => {
    const parts = partsOf(bytes, from.format);
    const alike = seeds.filter(({ format }) => format === from.format);
    const others = () => {
      const other = alike[dice(alike.length)] ?? from;
      return partsOf(other.bytes, other.format);
    };
    change(parts, dice, others);
    return Buffer.concat(parts);
  };

const changes: Readonly<Record<string, Change>> = {
  'flip bits': (bytes, _from, _seeds, dice) => {
    const copy = Buffer.from(bytes);
    for (let left = 1 + dice(6); left > 0; left--) {
      const at = place(copy, dice);
      copy[at] = (copy[at] ?? 0) ^ (1 << dice(8));
    }
    return copy;
  },
  'set a number': (bytes, _from, _seeds, dice) => withNumber(bytes, place(bytes, dice), dice),
  'cut short': (bytes, _from, _seeds, dice) => bytes.subarray(0, 1 + dice(bytes.length)),
  'leave out a range': (bytes, _from, _seeds, dice) => {
    const at = dice(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice(40))]);
  },
  'insert noise': (bytes, _from, _seeds, dice) => {
    const at = dice(bytes.length);
    const noise = Buffer.from(Array.from({ length: 1 + dice(40) }, () => dice(256)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  'repeat a range': (bytes, _from, _seeds, dice) => {
    const at = dice(bytes.length);
    const range = bytes.subarray(at, at + 1 + dice(60));
    const many = Array.from({ length: 1 + dice(30) }, () => range);
    return Buffer.concat([bytes.subarray(0, at), ...many, bytes.subarray(at)]);
  },
  'splice two files': (bytes, _from, seeds, dice) => {
    const other = seeds[dice(seeds.length)]?.bytes ?? bytes;
    return Buffer.concat([bytes.subarray(0, dice(bytes.length)), other.subarray(dice(other.length))]);
  },
  'leave out a part': withParts((parts, dice) => parts.splice(dice(parts.length), 1)),
  'double a part': withParts((parts, dice) => {
    const part = parts[dice(parts.length)];
    if (part !== undefined)
      parts.splice(dice(parts.length + 1), 0, ...Array.from({ length: 1 + dice(20) }, () => part));
  }),
  'swap two parts': withParts((parts, dice) => {
    const [one, other] = [dice(parts.length), dice(parts.length)];
    const [first, second] = [parts[one], parts[other]];
    if (first !== undefined && second !== undefined) [parts[one], parts[other]] = [second, first];
  }),
  'borrow a part': withParts((parts, dice, others) => {
    const lenders = others();
    const part = lenders[dice(lenders.length)];
    if (part !== undefined) parts.splice(dice(parts.length + 1), dice(2), part);
  }),
  'set a number in a part': withParts((parts, dice) => {
    const at = dice(parts.length);
    const part = parts[at];
    if (part !== undefined) parts[at] = withNumber(part, dice(Math.min(part.length, 32)), dice);
  }),
};

const names = Object.keys(changes);

/** @param number which one of the endless many that this seed gives */
export function mutantOf(seeds: readonly SeedPicture[], seed: number, number: number): Mutant {
  const random = generator(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const dice: Dice = (below) => Math.floor(random() * below);
  const from = seeds[number % seeds.length];
  if (from === undefined) throw new Error('no seeds');
  let bytes = from.bytes;
  const done: string[] = [];
  for (let left = 1 + dice(3); left > 0; left--) {
    const name = names[dice(names.length)] ?? 'flip bits';
    bytes = changes[name]?.(bytes, from, seeds, dice) ?? bytes;
    done.push(name);
    if (bytes.length === 0) break;
  }
  // Three of four times; the gate itself is tried in the fourth.
  if (dice(4) > 0) bytes = mended(bytes, from.format);
  return { number, from, changes: done, bytes };
}

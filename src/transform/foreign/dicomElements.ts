/** The data elements of a DICOM file, little-endian: PS3.5, section 7.1. */
import { damaged } from '../refusal.ts';

interface Element {
  readonly start: number;
  readonly length: number;
}

/** Value representations whose length has four bytes (7.1.2). */
const long = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

const undefinedLength = 0xffff_ffff;
const item = 0xfffe_e000;
const itemEnd = 0xfffe_e00d;
const sequenceEnd = 0xfffe_e0dd;

/**
 * Elements at the top, by group and number in one, up to and with `last`.
 * @param explicit whether each element names its kind of value
 * @returns the offset behind them, too
 * @throws RangeError beyond the end of the file
 */
export function dicomElements(
  bytes: Buffer,
  from: number,
  explicit: boolean,
  last: number,
): { elements: Map<number, Element>; end: number } {
  const elements = new Map<number, Element>();
  let at = from;
  while (at + 8 <= bytes.length) {
    const { tag, start, length } = elementAt(bytes, at, explicit);
    if (tag > last) break;
    elements.set(tag, { start, length });
    if (length === undefinedLength && tag === last) break;
    at = length === undefinedLength ? behindSequence(bytes, start, explicit, 0) : start + length;
    if (tag === last) break;
  }
  return { elements, end: at };
}

function elementAt(bytes: Buffer, at: number, explicit: boolean): Element & { tag: number } {
  const tag = bytes.readUInt16LE(at) * 0x1_0000 + bytes.readUInt16LE(at + 2);
  if (!explicit || tag >= item) return { tag, start: at + 8, length: bytes.readUInt32LE(at + 4) };
  const kind = bytes.toString('latin1', at + 4, at + 6);
  if (!/^[A-Z]{2}$/.test(kind)) throw damaged('The DICOM file is corrupt: an element has no kind');
  return long.has(kind)
    ? { tag, start: at + 12, length: bytes.readUInt32LE(at + 8) }
    : { tag, start: at + 8, length: bytes.readUInt16LE(at + 6) };
}

/** Sequences hold items, which hold elements, which may be sequences. */
function behindSequence(bytes: Buffer, from: number, explicit: boolean, depth: number): number {
  if (depth > 16) throw damaged('The DICOM file is corrupt: its sequences lie too deep in each other');
  let at = from;
  for (;;) {
    const { tag, start, length } = elementAt(bytes, at, explicit);
    if (tag === sequenceEnd || tag === itemEnd) return start;
    at = length === undefinedLength ? behindSequence(bytes, start, explicit, depth + 1) : start + length;
  }
}

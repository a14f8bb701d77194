/** The orientation in a JPEG's EXIF segment (CIPA DC-008, 4.6.4: tag 0x0112 of the first IFD). */

interface Found {
  /** Offset of the value within the segment's payload. */
  readonly at: number;
  readonly little: boolean;
  readonly value: number;
}

/** 1 to 8; undefined where the segment tells none. @param payload without marker and length */
export function orientationOf(payload: Buffer): number | undefined {
  return find(payload)?.value;
}

/** The whole segment, saying that the picture is upright, if it says anything about it. */
export function upright({ payload, whole }: { readonly payload: Buffer; readonly whole: Buffer }): Buffer {
  const found = find(payload);
  if (found === undefined) return whole;
  const result = Buffer.from(whole);
  const at = whole.length - payload.length + found.at;
  if (found.little) result.writeUInt16LE(1, at);
  else result.writeUInt16BE(1, at);
  return result;
}

/** Entries that are looked at: more are not there to be read. */
const mostEntries = 1_000;

function find(payload: Buffer): Found | undefined {
  if (payload.toString('latin1', 0, 6) !== 'Exif\0\0') return undefined;
  const order = payload.toString('latin1', 6, 8);
  if (order !== 'II' && order !== 'MM') return undefined;
  const little = order === 'II';
  const short = (at: number): number => (little ? payload.readUInt16LE(at) : payload.readUInt16BE(at));
  try {
    const folder = 6 + (little ? payload.readUInt32LE(10) : payload.readUInt32BE(10));
    const entries = Math.min(short(folder), mostEntries);
    for (let entry = 0; entry < entries; entry++) {
      const at = folder + 2 + 12 * entry;
      if (short(at) !== 0x0112 || short(at + 2) !== 3) continue;
      const value = short(at + 8);
      return value >= 1 && value <= 8 ? { at: at + 8, little, value } : undefined;
    }
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return undefined;
}

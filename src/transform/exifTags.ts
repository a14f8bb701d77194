/** The texts in an EXIF block that rules ask for (CIPA DC-008, 4.6.4: the first IFD). */

/** Tag numbers of TIFF 6.0, by the names that rules use. */
const names: ReadonlyMap<number, string> = new Map([
  [0x010e, 'description'],
  [0x010f, 'make'],
  [0x0110, 'model'],
  [0x0131, 'software'],
  [0x013b, 'artist'],
]);

const ascii = 2;
/** Entries and bytes of a text that are looked at: more are not there to be read. */
const mostEntries = 1_000;
const longestText = 500;

/**
 * Reads what is there; a block that points behind its end, or is no TIFF structure, has nothing to tell.
 * @param block with or without the `Exif\0\0` in front of it
 */
export function readExifTags(block: Buffer): Record<string, string> {
  const bytes = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
  const order = bytes.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return {};
  const short = (at: number): number => (order === 'II' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (order === 'II' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const tags: Record<string, string> = {};
  try {
    const folder = long(4);
    const entries = Math.min(short(folder), mostEntries);
    for (let entry = 0; entry < entries; entry++) {
      const at = folder + 2 + 12 * entry;
      const name = names.get(short(at));
      if (name === undefined || short(at + 2) !== ascii) continue;
      const length = long(at + 4);
      const start = length <= 4 ? at + 8 : long(at + 8);
      const text = bytes.subarray(start, start + Math.min(length, longestText)).toString('utf8');
      const end = text.indexOf('\0');
      const value = (end < 0 ? text : text.slice(0, end)).trim();
      if (value !== '') tags[name] = value;
    }
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return tags;
}

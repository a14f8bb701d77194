/** The thumbnail in an EXIF block (CIPA DC-008, 4.5.8: the second IFD). */

interface Field {
  /** Offset of its value, or of the value's offset. */
  readonly at: number;
  readonly type: number;
  readonly count: number;
}

const compression = 0x0103;
const jpegOffset = 0x0201;
const jpegLength = 0x0202;

/**
 * The block with its thumbnail negated; without it when that cannot be done; undefined when it has none.
 * @param block a TIFF structure
 * @param negated negates a JPEG, if it can
 */
export function negatedExif(
  block: Buffer,
  negated: (jpeg: Buffer) => Buffer | undefined,
): Buffer | undefined {
  try {
    return new Block(block).negated(negated);
  } catch (thrown) {
    // An EXIF block that points behind its end: what it says is not for us to judge, and it shows no picture.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

class Block {
  readonly #bytes: Buffer;
  readonly #little: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#little = bytes.toString('latin1', 0, 2) === 'II';
  }

  negated(negate: (jpeg: Buffer) => Buffer | undefined): Buffer | undefined {
    const link = this.#linkOf(this.#long(4));
    const second = this.#long(link);
    if (second === 0) return undefined;
    const fields = this.#fields(second);
    const offsetField = fields.get(jpegOffset);
    const lengthField = fields.get(jpegLength);
    const kind = fields.get(compression);
    if (offsetField === undefined || lengthField === undefined)
      return kind === undefined ? undefined : this.#without(link);
    const start = this.#value(offsetField);
    const end = start + this.#value(lengthField);
    if (end > this.#bytes.length) return this.#without(link);
    const picture = negate(this.#bytes.subarray(start, end));
    if (picture === undefined) return this.#without(link);
    if (picture.length !== end - start && end !== this.#bytes.length) return this.#without(link);
    const result = Buffer.concat([this.#bytes.subarray(0, start), picture, this.#bytes.subarray(end)]);
    this.#store(result, lengthField.at, picture.length);
    return result;
  }

  /** The first IFD ends with the link to the second: without it there is no thumbnail. */
  #without(link: number): Buffer {
    const result = Buffer.from(this.#bytes);
    this.#store(result, link, 0);
    return result;
  }

  #linkOf(folder: number): number {
    return folder + 2 + 12 * this.#short(folder);
  }

  #fields(folder: number): ReadonlyMap<number, Field> {
    const count = this.#short(folder);
    const fields = new Map<number, Field>();
    for (let entry = 0; entry < count; entry++) {
      const at = folder + 2 + 12 * entry;
      fields.set(this.#short(at), { at: at + 8, type: this.#short(at + 2), count: this.#long(at + 4) });
    }
    return fields;
  }

  #value({ at, type }: Field): number {
    return type === 3 ? this.#short(at) : this.#long(at);
  }

  #short(at: number): number {
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  #long(at: number): number {
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  #store(into: Buffer, at: number, value: number): void {
    if (this.#little) into.writeUInt32LE(value, at);
    else into.writeUInt32BE(value, at);
  }
}

/** Puts segments into JPEGs, as cameras and programs do: ITU-T T.81, B.1.1.4. */

export function segment(marker: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const payload = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The file with more segments at its beginning. */
export function withSegments(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** An EXIF block (CIPA DC-008) with a thumbnail at its end, or with another one before the end. @param behind bytes behind the thumbnail */
export function exifWith(thumbnail: Buffer, behind = 0): Buffer {
  const entry = (tag: number, type: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(1, 4);
    if (type === 3) bytes.writeUInt16BE(value, 8);
    else bytes.writeUInt32BE(value, 8);
    return bytes;
  };
  const folder = (entries: readonly Buffer[], next: number): Buffer => {
    const [head, link] = [Buffer.alloc(2), Buffer.alloc(4)];
    head.writeUInt16BE(entries.length, 0);
    link.writeUInt32BE(next, 0);
    return Buffer.concat([head, ...entries, link]);
  };
  const first = folder([entry(0x0112, 3, 1)], 8 + 18);
  const second = folder(
    [entry(0x0103, 3, 6), entry(0x0201, 4, 8 + 18 + 42), entry(0x0202, 4, thumbnail.length)],
    0,
  );
  const header = Buffer.from('MM\0\x2a\0\0\0\x08', 'latin1');
  return segment(0xe1, 'Exif\0\0', header, first, second, thumbnail, Buffer.alloc(behind, 0x20));
}

/** The thumbnail that `exifWith` put there; undefined when the second folder is no longer linked to. */
export function thumbnailOf(jpeg: Buffer): Buffer | undefined {
  const block = jpeg.subarray(jpeg.indexOf('Exif\0\0', 0, 'latin1') + 6);
  const second = block.readUInt32BE(8 + 14);
  if (second === 0) return undefined;
  const start = block.readUInt32BE(second + 2 + 12 + 8);
  return block.subarray(start, start + block.readUInt32BE(second + 2 + 24 + 8));
}

/** Camera raw files as far as a preview in them goes: what each maker puts where. The picture itself is filling. */

/** TIFF values: `[tag, type, value]`, with one value each; type 13 stands for an offset that is known later. */
type Entry = readonly [tag: number, type: 3 | 4, value: number];

/** A TIFF whose directories follow each other, each below the one before it. */
function directories(
  magic: string,
  start: number,
  list: readonly (readonly Entry[])[],
  tail: Buffer,
): Buffer {
  const sizes = list.map((entries) => 2 + entries.length * 12 + 4);
  const head = Buffer.alloc(start);
  head.write(magic, 'latin1');
  head.writeUInt32LE(start, 4);
  let next = start;
  const bodies = list.map((entries, index) => {
    next += sizes[index] ?? 0;
    const body = Buffer.alloc(sizes[index] ?? 0);
    body.writeUInt16LE(entries.length, 0);
    entries.forEach(([tag, type, value], at) => {
      body.writeUInt16LE(tag, 2 + at * 12);
      body.writeUInt16LE(type, 4 + at * 12);
      body.writeUInt32LE(1, 6 + at * 12);
      // A directory below lies right behind this one.
      body.writeUInt32LE(tag === 330 ? next : value, 10 + at * 12);
    });
    return body;
  });
  return Buffer.concat([head, ...bodies, tail]);
}

const filling = Buffer.alloc(400, 0x5a);

/** Nikon, Sony and Adobe: a small preview above, the large one in a directory below (JPEGInterchangeFormat). */
export function nikon(jpeg: Buffer, orientation = 1): Buffer {
  const at = 8 + (2 + 3 * 12 + 4) + (2 + 2 * 12 + 4);
  return directories(
    'II*\0',
    8,
    [
      [
        [254, 4, 1],
        [274, 3, orientation],
        [330, 4, 0],
      ],
      [
        [513, 4, at],
        [514, 4, jpeg.length],
      ],
    ],
    Buffer.concat([jpeg, filling]),
  );
}

/** Canon's CR2: the preview is the only strip of the first directory, compressed as JPEG. */
export function canon(jpeg: Buffer): Buffer {
  const at = 16 + (2 + 3 * 12 + 4);
  const file = directories(
    'II*\0',
    16,
    [
      [
        [259, 3, 6],
        [273, 4, at],
        [279, 4, jpeg.length],
      ],
    ],
    Buffer.concat([jpeg, filling]),
  );
  file.write('CR\x02\0', 8, 'latin1');
  return file;
}

/** Panasonic's RW2: the JPEG is a tag's value. */
export function panasonic(jpeg: Buffer): Buffer {
  const at = 8 + (2 + 12 + 4);
  const file = directories('IIU\0', 8, [[[0x2e, 4, at]]], Buffer.concat([jpeg, filling]));
  // Of the type "undefined", with as many values as the JPEG has bytes.
  file.writeUInt16LE(7, 8 + 2 + 2);
  file.writeUInt32LE(jpeg.length, 8 + 2 + 4);
  return file;
}

/** Fujifilm's RAF. */
export function fujifilm(jpeg: Buffer): Buffer {
  const head = Buffer.alloc(160);
  head.write('FUJIFILMCCD-RAW 0201');
  head.writeUInt32BE(160, 84);
  head.writeUInt32BE(jpeg.length, 88);
  return Buffer.concat([head, jpeg, filling]);
}

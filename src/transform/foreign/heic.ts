/** HEIC: the HEVC image file format (ISO/IEC 23008-12), a kind of ISO base media file. */
import { type Box, readBoxes } from '../avif/boxes.ts';
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader } from './contract.ts';
import { decodeByMagick, depthOf } from './magick.ts';

const name = 'HEIC';

/** What may stand for a picture of its own: coded, put together of tiles, laid over each other, turned. */
const pictureTypes = new Set(['hvc1', 'grid', 'iovl', 'iden', 'av01', 'jpeg', 'avc1']);

function childrenOf(bytes: Buffer, box: Box | undefined, skip: number): Box[] {
  return box === undefined ? [] : readBoxes(bytes, name, box.start + skip, box.end);
}

const boxOf = (boxes: readonly Box[], type: string) => boxes.find((box) => box.type === type);

function readHeic(bytes: Buffer): ForeignHeader {
  return readingStructure(`The ${name}`, () => {
    const top = readBoxes(bytes, name);
    if (boxOf(top, 'moov') !== undefined) throw several('is a sequence of pictures');
    // A FullBox has its version and flags in front.
    const meta = childrenOf(bytes, boxOf(top, 'meta'), 4);
    const primary = boxOf(meta, 'pitm');
    const [info, properties] = [boxOf(meta, 'iinf'), childrenOf(bytes, boxOf(meta, 'iprp'), 0)];
    if (primary === undefined || info === undefined)
      throw damaged('The HEIC does not say which picture is its own');
    const main = numberAt(bytes, primary.start + 4, bytes[primary.start] === 0 ? 2 : 4);
    const parts = lesserItems(bytes, boxOf(meta, 'iref'));
    const whole = itemsOf(bytes, info).filter(
      ({ id, hidden, type }) => !hidden && pictureTypes.has(type) && !parts.has(id),
    );
    if (whole.length > 1) throw several(`holds ${whole.length} pictures`);
    const own = propertiesOf(bytes, properties, main);
    const size = boxOf(own, 'ispe');
    if (size === undefined) throw damaged('The HEIC does not say how large its picture is');
    const [width, height] = [bytes.readUInt32BE(size.start + 4), bytes.readUInt32BE(size.start + 8)];
    if (width === 0 || height === 0) throw damaged(`The header of the HEIC says ${width} × ${height} pixels`);
    const depth = depthOf(bitsOf(bytes, own), 'HEIC photo');
    const hasAlpha = /urn:mpeg:(hevc:2015:auxid:1|mpegB:cicp:systems:auxiliary:alpha)\0/.test(
      bytes.toString('latin1', 0, top.find(({ type }) => type === 'meta')?.end ?? 0),
    );
    return { pages: [{ width, height }], ...depth, channels: hasAlpha ? 4 : 3, hasAlpha };
  });
}

function several(how: string) {
  return unsupported(
    `The HEIC ${how}, and only one of them could be transformed`,
    'Save the pictures one by one, and upload those.',
  );
}

const numberAt = (bytes: Buffer, at: number, size: 1 | 2 | 4) => bytes.readUIntBE(at, size);

function itemsOf(bytes: Buffer, info: Box): { id: number; hidden: boolean; type: string }[] {
  const skip = bytes[info.start] === 0 ? 6 : 8;
  return childrenOf(bytes, info, skip)
    .filter(({ type, start }) => type === 'infe' && (bytes[start] ?? 0) >= 2)
    .map(({ start }) => {
      const wide = bytes[start] === 3;
      const at = start + 4 + (wide ? 4 : 2) + 2;
      return {
        id: numberAt(bytes, start + 4, wide ? 4 : 2),
        hidden: (numberAt(bytes, start, 4) & 1) === 1,
        type: bytes.toString('latin1', at, at + 4),
      };
    });
}

/** Thumbnails, depth and gain maps, and the tiles of which a picture is put together. */
function lesserItems(bytes: Buffer, references: Box | undefined): Set<number> {
  const lesser = new Set<number>();
  if (references === undefined) return lesser;
  const size = bytes[references.start] === 0 ? 2 : 4;
  for (const { type, start } of childrenOf(bytes, references, 4)) {
    if (type === 'thmb' || type === 'auxl') lesser.add(numberAt(bytes, start, size));
    if (type !== 'dimg') continue;
    const count = numberAt(bytes, start + size, 2);
    for (let part = 0; part < count; part++)
      lesser.add(numberAt(bytes, start + size + 2 + part * size, size));
  }
  return lesser;
}

/** The properties that an item is associated with (8.11.14). */
function propertiesOf(bytes: Buffer, iprp: readonly Box[], item: number): Box[] {
  const all = childrenOf(bytes, boxOf(iprp, 'ipco'), 0);
  const own: Box[] = [];
  for (const { start } of iprp.filter(({ type }) => type === 'ipma')) {
    const idSize = bytes[start] === 0 ? 2 : 4;
    const wide = (numberAt(bytes, start, 4) & 1) === 1;
    let at = start + 8;
    for (let left = numberAt(bytes, start + 4, 4); left > 0; left--) {
      const id = numberAt(bytes, at, idSize);
      const count = numberAt(bytes, at + idSize, 1);
      at += idSize + 1;
      for (let index = 0; index < count; index++) {
        const number = wide ? numberAt(bytes, at, 2) & 0x7fff : numberAt(bytes, at, 1) & 0x7f;
        const box = all[number - 1];
        if (id === item && box !== undefined) own.push(box);
        at += wide ? 2 : 1;
      }
    }
  }
  return own;
}

/** Bits a channel: from the property that says them, or from the coding's configuration (ISO/IEC 14496-15, 8.3.3.1). */
function bitsOf(bytes: Buffer, properties: readonly Box[]): number {
  const said = boxOf(properties, 'pixi');
  if (said !== undefined) return numberAt(bytes, said.start + 5, 1);
  const coding = boxOf(properties, 'hvcC');
  return coding === undefined ? 8 : (numberAt(bytes, coding.start + 17, 1) & 7) + 8;
}

export const heic: ForeignFormat = {
  header: readHeic,
  decode: (bytes, header) => decodeByMagick('HEIC', bytes, header),
};

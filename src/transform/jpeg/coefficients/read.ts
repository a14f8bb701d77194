import { type FrameComponent, type FrameHeader, readFrameHeader, readScanHeader } from '../entropy/frame.ts';
import { readHuffmanTables } from '../entropy/huffman.ts';
import { Unable } from '../entropy/unable.ts';
import { jpegSegments } from '../segments.ts';
import { BitReader, type CodeTable, codeTable } from './bits.ts';
import { type Coefficients, type Plane, zigzag } from './planes.ts';
import { Scan } from './scan.ts';

/** Scans of a progressive file: libjpeg writes ten, and each costs a pass over all blocks. */
const mostScans = 100;

/**
 * Reads all coefficients of a JPEG: Huffman-coded, of 8 bits, baseline, extended or progressive.
 * @param check called between scans and rows; what it throws ends the work
 * @throws Unable for any other file, and for one that is damaged
 */
export function readCoefficients(bytes: Buffer, check: () => void): Coefficients {
  const codes = new Map<string, CodeTable>();
  const quantisation = new Map<number, Uint16Array>();
  let interval = 0;
  let frame: FrameHeader | undefined;
  let size = { width: 0, height: 0 };
  let planes: Plane[] = [];
  let scans = 0;
  for (const { marker, payload, end } of jpegSegments(bytes)) {
    check();
    switch (marker) {
      case 0xc4:
        for (const { kind, number, definition } of readHuffmanTables(payload))
          codes.set(`${kind}${number}`, codeTable(definition));
        break;
      case 0xdb:
        readQuantisation(payload, quantisation);
        break;
      case 0xdd:
        interval = payload.readUInt16BE(0);
        break;
      case 0xc0:
      case 0xc1:
      case 0xc2: {
        if (frame !== undefined) throw new Unable('it has two frames');
        frame = readFrameHeader(marker, payload);
        size = { height: payload.readUInt16BE(1), width: payload.readUInt16BE(3) };
        planes = frame.components.map((component) => emptyPlane(component, frame));
        break;
      }
      case 0xc3:
      case 0xc5:
      case 0xc6:
      case 0xc7:
      case 0xc9:
      case 0xca:
      case 0xcb:
      case 0xcd:
      case 0xce:
      case 0xcf:
        throw new Unable('it is neither baseline nor progressive, or arithmetically coded');
      case 0xda: {
        if (frame === undefined || ++scans > mostScans) throw new Unable('its scans are unusual');
        const scan = readScanHeader(payload, frame);
        for (const { component } of scan.components) {
          // A table may be replaced between scans: the one at a component's first scan is its own.
          const plane = planes[frame.components.indexOf(component)];
          const table = quantisation.get(component.quantisation);
          if (table === undefined) throw new Unable('a quantisation table is missing');
          if (plane?.quantisation[0] === 0) plane.quantisation.set(table);
        }
        new Scan(new BitReader(bytes, end), frame, planes, scan, codes, interval, check).read();
        break;
      }
      default:
    }
  }
  if (frame === undefined || scans === 0) throw new Unable('it has no scan');
  return { ...size, planes };
}

function emptyPlane(component: FrameComponent, frame: FrameHeader | undefined): Plane {
  const { id, quantisation: table, across, down } = component;
  const alone = frame?.components.length === 1;
  return {
    id,
    horizontal: alone ? 1 : component.horizontal,
    vertical: alone ? 1 : component.vertical,
    table,
    quantisation: new Uint16Array(64),
    across,
    down,
    data: new Int16Array(across * down * 64),
  };
}

function readQuantisation(payload: Buffer, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < payload.length; ) {
    const head = payload[at++] ?? 0;
    const wide = head >> 4 === 1;
    const table = new Uint16Array(64);
    for (const place of zigzag) {
      const value = wide ? payload.readUInt16BE(at) : payload.readUInt8(at);
      if (value === 0) throw new Unable('a quantisation table is damaged');
      table[place] = value;
      at += wide ? 2 : 1;
    }
    tables.set(head & 15, table);
  }
}

/** The marker segments of a JPEG file: ITU-T T.81, annex B. */
import { damaged } from '../refusal.ts';

export interface Segment {
  /** Second byte of the marker: 0xe1 is APP1. */
  readonly marker: number;
  /** Offset of the marker's first byte, 0xff. */
  readonly start: number;
  /** Offset behind the segment. */
  readonly end: number;
  /** Parameters, without marker and length. */
  readonly payload: Buffer;
}

const soi = 0xd8;
const eoi = 0xd9;
export const startOfScan = 0xda;

/**
 * All segments up to the end-of-image marker, scans' entropy-coded data skipped. What follows the end of image
 * (a camera's second picture, a maker's notes) is no part of the image.
 * @throws KuvaError `image-damaged` when it ends before its end-of-image marker
 */
export function* jpegSegments(bytes: Buffer): Generator<Segment> {
  let at = 2;
  for (;;) {
    const marker = markerAt(bytes, at);
    if (marker === undefined) throw cut();
    const start = marker.at;
    if (marker.code === eoi) return;
    // Restart markers, TEM and a second SOI have no parameters.
    if ((marker.code >= 0xd0 && marker.code <= soi) || marker.code === 0x01) {
      at = start + 2;
      continue;
    }
    if (start + 4 > bytes.length) throw cut();
    const end = start + 2 + bytes.readUInt16BE(start + 2);
    if (end > bytes.length) throw cut();
    yield { marker: marker.code, start, end, payload: bytes.subarray(start + 4, end) };
    at = marker.code === startOfScan ? endOfScan(bytes, end) : end;
  }
}

/** The next marker at or behind an offset: fill bytes, and what does not belong there, are skipped as decoders do. */
function markerAt(bytes: Buffer, from: number): { at: number; code: number } | undefined {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes.readUInt8(at + 1);
    if (code !== 0xff && code !== 0x00) return { at, code };
    at = bytes.indexOf(0xff, at + 1);
  }
  return undefined;
}

function endOfScan(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const marker = markerAt(bytes, at);
    if (marker === undefined) throw cut();
    if (marker.code < 0xd0 || marker.code > 0xd7) return marker.at;
    at = marker.at + 2;
  }
}

function cut() {
  return damaged('The JPEG is cut short: it ends before its end-of-image marker');
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, FrameFault, FrameReader, framePieces } from '../../../src/transform/isolated/frames.ts';

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

describe('frames', () => {
  it('arrive as they were sent, in whatever pieces they come', () => {
    const message = fc.record({
      body: fc.jsonValue(),
      blobs: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 9 }),
        (messages, sizes) => {
          const got: Frame[] = [];
          const reader = new FrameReader((frame) => got.push(frame));
          const sent = Buffer.concat(messages.flatMap(({ body, blobs }) => framePieces(body, blobs)));
          for (const piece of cut(sent, sizes)) reader.push(piece);
          expect(got.map(({ body }) => body)).toEqual(
            messages.map(({ body }): unknown => JSON.parse(JSON.stringify(body))),
          );
          expect(got.map(({ blobs }) => blobs.map((blob) => [...blob]))).toEqual(
            messages.map(({ blobs }) => blobs.map((blob) => [...blob])),
          );
        },
      ),
    );
  });

  it('refuses blobs larger than what may come, before there is room for them', () => {
    const reader = new FrameReader(() => undefined, 1000);
    const [head = Buffer.alloc(0)] = framePieces({}, [Buffer.alloc(1001)]);
    expect(() => {
      reader.push(head);
    }).toThrow(FrameFault);
  });

  it('never do more harm than a fault, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const reader = new FrameReader(() => undefined, 10_000);
        try {
          reader.push(noise);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(FrameFault);
        }
      }),
    );
  });
});

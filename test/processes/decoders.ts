/** Isolated decoders whose program is TypeScript: the product's own, or one of a test's. */
import type { DecoderProgram } from '../../src/transform/isolated/decoder.ts';
import { nodeProgram } from './nodeProgram.ts';

export const realDecoder: DecoderProgram = decoderProgram(
  new URL('../../src/transform/isolated/child.ts', import.meta.url),
);

export function decoderProgram(entry: URL): DecoderProgram {
  return nodeProgram(entry);
}

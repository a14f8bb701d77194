/** Isolated decoders whose program is TypeScript: the product's own, or one of a test's. */
import { fileURLToPath } from 'node:url';
import type { DecoderProgram } from '../../src/transform/isolated/decoder.ts';

const loader = fileURLToPath(new URL('typescript.mjs', import.meta.url));

export const realDecoder: DecoderProgram = decoderProgram(
  new URL('../../src/transform/isolated/child.ts', import.meta.url),
);

export function decoderProgram(entry: URL): DecoderProgram {
  return { entry, options: ['--import', loader] };
}

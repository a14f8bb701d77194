import { z } from 'zod';
import { costOfOwn } from '../measure/cost.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';

export type Negate = (bytes: Buffer) => Uint8Array;

const moduleSchema = z.object({
  negateCoefficients: z.custom<Negate>((value) => typeof value === 'function'),
});

/** Our negation in a JPEG's entropy-coded data; undefined when this build has none. */
export async function findEntropyPath(): Promise<Negate | undefined> {
  const path = fromRoot('dist/transform/jpeg/entropy/negate.js');
  try {
    return moduleSchema.parse(await import(path)).negateCoefficients;
  } catch {
    return undefined;
  }
}

/** Not a rival but a limit: the negation alone, one picture after the other on one core, from memory into memory. */
export function runEntropy(negate: Negate, files: readonly Uint8Array[]): Promise<Cost> {
  return costOfOwn(() => {
    for (const file of files) negate(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
    return Promise.resolve();
  });
}

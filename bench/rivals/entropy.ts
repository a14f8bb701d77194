import { negateCoefficients } from '../../src/transform/jpeg/entropy/negate.ts';
import { costOfOwn } from '../measure/cost.ts';
import type { Cost } from '../result.ts';

/** Not a rival but a limit: the negation alone, one picture after the other on one core, from memory into memory. */
export function runEntropy(files: readonly Uint8Array[]): Promise<Cost> {
  return costOfOwn(() => {
    for (const file of files) negateCoefficients(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
    return Promise.resolve();
  });
}

/** A JPEG negated in its coded data, as far as the memory that it was granted goes. */
import { showBytes } from '../../image/quantity.ts';
import type { ImageFacts } from '../contract.ts';
import { negateCoefficients, type NegateOptions } from './entropy/negate.ts';
import { Unable } from './entropy/unable.ts';

export interface MadeLosslessly {
  readonly bytes: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The file; or why there is none. */
export type LosslessResult = MadeLosslessly | { readonly why: string };

/** @param granted bytes of memory */
export function negateWithin(
  bytes: Buffer,
  facts: Pick<ImageFacts, 'width' | 'height' | 'channels'>,
  granted: number,
  options: NegateOptions,
): LosslessResult {
  const { width, height } = facts;
  return within(negationBytes(bytes, facts), granted, () => ({
    bytes: negateCoefficients(bytes, options),
    width,
    height,
  }));
}

/** Tries what takes so much memory, if so much was granted. */
export function within(needed: number, granted: number, make: () => MadeLosslessly): LosslessResult {
  if (needed > granted)
    return { why: `the file is large for its picture: it takes ${showBytes(needed)} of memory` };
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof Unable) return { why: thrown.message };
    throw thrown;
  }
}

/** Bytes at the peak, beside the input: what goes into the module and comes out of it, the result, and ten bytes a block. */
function negationBytes(
  bytes: Buffer,
  { width, height, channels }: Pick<ImageFacts, 'width' | 'height' | 'channels'>,
): number {
  return 3.2 * bytes.length + (10 / 64) * channels * (width + 64) * (height + 64);
}

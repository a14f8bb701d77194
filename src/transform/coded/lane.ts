/**
 * A lane for the commonest work of all: JPEGs that are only negated, in their coded data. That is WebAssembly and
 * TypeScript, with no native code that a stranger's file could crash; so it needs no process of its own, and the bytes
 * need not cross to one and back. Whatever is out of the ordinary goes to the decoders, which judge it as before.
 */
import { contentTypes } from '../../image/format.ts';
import { isPlainNegation, type Recipe } from '../../image/recipe.ts';
import { isApart } from '../../image/steps.ts';
import type { ImageFacts, MadeImage } from '../contract.ts';
import { hung } from '../isolated/refusals.ts';
import type { IsolatedTransformer } from '../isolated/transformer.ts';
import { jpegFacts } from '../jpeg/facts.ts';
import { refuseSeveralPictures } from '../jpeg/pictures.ts';
import type { Limits } from '../limits.ts';
import { checkBytes, checkPages } from '../size.ts';
import { timedOut } from '../time.ts';
import { weighImage } from '../weigh.ts';
import { ThreadEnded, type ThreadProgram, Threads } from './threads.ts';

export interface CodedLaneOptions {
  /** Threads at the same time: as many as transforms may run. */
  readonly size: number;
  /** Another program than the product's own, for tests. */
  readonly program?: ThreadProgram;
  /** Recipes that are known: where they only negate, no decoder is started before the first image that needs one. */
  readonly recipes?: readonly Recipe[];
}

/** Bytes of a file in which its header must end to be looked at here: time that the main thread spends on a stranger's file. */
const longestHeader = 256 * 1024;

/** Milliseconds by which the worker is more patient than the thread. */
const grace = 3_000;

const ownProgram: ThreadProgram = {
  entry: new URL(import.meta.url.endsWith('.ts') ? 'thread.ts' : 'thread.js', import.meta.url),
  options: [],
};

/**
 * The same transformer, with the lane in front of it. Closing it closes both.
 * @param decoders for all that the lane leaves
 */
export function withCodedLane(
  decoders: IsolatedTransformer,
  limits: Limits,
  { size, program = ownProgram, recipes }: CodedLaneOptions,
): IsolatedTransformer {
  const threads = new Threads(program, size);
  return {
    ...decoders,
    warmUp: () => {
      threads.warmUp();
      if (recipes?.every(negatesOnly) !== true) decoders.warmUp();
    },
    close: async () => {
      await Promise.all([threads.close(), decoders.close()]);
    },
    inspect: async (bytes, signal) => ordinaryFacts(bytes, limits) ?? decoders.inspect(bytes, signal),
    async apply(bytes, facts, recipe, signal, key) {
      const made = takes(facts, recipe)
        ? await negated(threads, bytes, facts, recipe, limits, signal)
        : undefined;
      return made ?? decoders.apply(bytes, facts, recipe, signal, key);
    },
  };
}

/** What an ordinary JPEG's header says. Undefined for all else; why a file is refused, a decoder tells. */
function ordinaryFacts(bytes: Uint8Array, limits: Limits): ImageFacts | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return undefined;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestHeader));
  try {
    checkBytes(bytes.length, limits);
    refuseSeveralPictures(header);
    const facts = jpegFacts(header);
    if (facts !== undefined) checkPages([facts], limits);
    return facts;
  } catch {
    return undefined;
  }
}

function takes({ format }: ImageFacts, recipe: Recipe): boolean {
  return format === 'jpeg' && negatesOnly(recipe);
}

function negatesOnly({ outputs }: Recipe): boolean {
  return outputs.every(
    (output) => output.lossless !== 'never' && isPlainNegation(output) && !output.steps.some(isApart),
  );
}

/** All outputs are the same picture. Undefined where the thread leaves it to a decoder, or ended with it. */
async function negated(
  threads: Threads,
  bytes: Uint8Array,
  facts: ImageFacts,
  recipe: Recipe,
  { time }: Limits,
  signal: AbortSignal | undefined,
): Promise<MadeImage[] | undefined> {
  const { width, height, channels } = facts;
  const patience = time + grace;
  const request = { bytes, width, height, channels, granted: weighImage(facts, recipe), time };
  try {
    const answer = await threads.run(request, { patience, tooLong: () => hung(patience), signal });
    if (answer.answer === 'late') throw timedOut(time);
    if (answer.answer === 'left') return undefined;
    const about = { format: 'jpeg', contentType: contentTypes.jpeg, width, height, pages: 1 } as const;
    return recipe.outputs.map(({ name }, index) => ({
      output: name,
      bytes: answer.bytes,
      ...about,
      how: { way: 'lossless' },
      sha256: answer.sha256,
      // One memory, released once.
      ...(index === 0 && {
        release: () => {
          threads.release(answer.bytes);
        },
      }),
    }));
  } catch (thrown) {
    if (thrown instanceof ThreadEnded) return undefined;
    throw thrown;
  }
}

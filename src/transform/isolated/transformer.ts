import { KuvaError } from '../../image/failure.ts';
import type { PreviewMaker, Transformer } from '../contract.ts';
import type { Limits } from '../limits.ts';
import { ownTime } from '../own/time.ts';
import type { OwnTools } from '../own/tools.ts';
import { noRecipeFiles, type RecipeFiles } from '../recipeFiles.ts';
import { weighImage } from '../weigh.ts';
import type { DecoderProgram } from './decoder.ts';
import { DecoderPool } from './pool.ts';
import { spokeNonsense, toldFailure } from './refusals.ts';

export interface IsolatedOptions {
  /** What `loadRecipeFiles` read. */
  readonly files?: RecipeFiles;
  /** What `loadOwnSteps` found. */
  readonly tools?: OwnTools;
  /** Decoders at the same time: as many as transforms may run. */
  readonly size: number;
  /** `low`: they work only where nobody else wants the processor. */
  readonly priority?: 'low';
  /** Another program than the product's own, for tests. */
  readonly program?: DecoderProgram;
}

export interface IsolatedTransformer extends Transformer, PreviewMaker {
  /** Starts a first decoder, so that it is ready when the first image comes. */
  warmUp(): void;
  /** Ends every decoder. */
  close(): Promise<void>;
}

/** Milliseconds by which the worker is more patient than the decoder, which knows better what it was doing. */
const grace = 3_000;

/** Factor and bytes above the bound of `weigh` at which a decoder is ended: it is a bound for images, not for the watch. */
const lenience = { factor: 1.5, bytes: 128e6 } as const;

/** Bytes that reading a header may take, beside so many copies of the file: text is unpacked, trees are built. */
const inspecting = { copies: 4, bytes: 256e6 } as const;

const ownProgram: DecoderProgram = {
  entry: new URL(import.meta.url.endsWith('.ts') ? 'child.ts' : 'child.js', import.meta.url),
  options: [],
};

/**
 * The transformer in processes of their own: an image that crashes, hangs or blows up its decoder takes that process
 * with it, and nothing else. Decoders are started when they are needed and end with this process, however it ends.
 * Close it when done: its decoders keep this process alive.
 *
 * Beside the contract's errors, both `inspect` and `apply` throw KuvaError `transform-crashed`, `transform-timeout`,
 * `decoder-unavailable` and `interrupted`.
 */
export function createIsolatedTransformer(limits: Limits, options: IsolatedOptions): IsolatedTransformer {
  const { files = noRecipeFiles, tools, size, priority, program = ownProgram } = options;
  const pool = new DecoderPool(
    { program, limits, files, ...(tools && { tools }), ...(priority && { priority }) },
    size,
  );
  const time = limits.time + grace;
  return {
    warmUp: () => {
      pool.warmUp();
    },
    close: () => pool.close(),
    weigh: weighImage,
    async inspect(image, signal) {
      const memory = image.length * inspecting.copies + inspecting.bytes;
      const { answer } = await pool.run({ image, request: { ask: 'inspect' }, memory, time, signal });
      if (answer.answer === 'refused') throw toldFailure(answer.failure);
      if (answer.answer === 'facts') return answer.facts;
      throw spokeNonsense('no facts');
    },
    async preview(image, room, signal) {
      const memory = image.length * inspecting.copies + inspecting.bytes + room * lenience.factor;
      const { answer, blobs } = await pool.run({
        image,
        request: { ask: 'preview', room },
        memory,
        time,
        signal,
      });
      if (answer.answer === 'refused') throw toldFailure(answer.failure);
      const [bytes] = blobs;
      if (answer.answer !== 'drawn' || bytes === undefined) throw spokeNonsense('no picture');
      const { width, height, histogram } = answer;
      return { bytes, width, height, histogram };
    },
    async apply(image, facts, recipe, signal, key = '') {
      const memory = weighImage(facts, recipe) * lenience.factor + image.length * 2 + lenience.bytes;
      const request = { ask: 'apply', facts, recipe, key } as const;
      const { answer, blobs } = await pool.run({
        image,
        request,
        memory,
        time: time + ownTime(recipe),
        signal,
      });
      if (answer.answer === 'refused') throw toldFailure(answer.failure);
      if (answer.answer !== 'made') throw spokeNonsense('no outputs');
      return answer.outputs.map((output, at) => {
        const bytes = blobs[at];
        if (bytes === undefined)
          throw new KuvaError('internal', { what: `Output ${output.output} has no bytes` });
        const { facts: known, ...about } = output;
        return { ...about, bytes, ...(known !== undefined && { facts: known }) };
      });
    },
  };
}

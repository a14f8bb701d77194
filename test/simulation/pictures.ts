import { KuvaError } from '../../src/image/failure.ts';
import type { MadeImage, Transformer } from '../../src/transform/contract.ts';

/** Bytes of an image: its content's name says how it behaves; see plan.ts. */
export function imageBytes(content: string): Buffer {
  return Buffer.from(`image ${content}.`);
}

/** What a reader finds whose writer is half-way. */
export function halfOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.subarray(0, 9));
}

/** The name of the content; undefined: not a whole image. */
export function contentOf(bytes: Uint8Array): string | undefined {
  return /^image (\w+)\.$/.exec(Buffer.from(bytes).toString())?.[1];
}

/** What an output must be: a function of the input's bytes and the output's name, and nothing else. */
export function outputBytes(input: Uint8Array, output: string): Buffer {
  return Buffer.from(`${output} of ${Buffer.from(input).toString()}`);
}

export interface Difficulties {
  /** The next try at it, among all tries of this history. */
  readonly tryNumber: (content: string) => number;
  /** The worker dies. Never resolves. */
  readonly die: () => Promise<never>;
  /** One turn at the processor. */
  readonly work: (content: string) => Promise<void>;
}

/** A transformer whose images say themselves what is wrong with them. */
export function openTransformer({ tryNumber, die, work }: Difficulties): Transformer {
  return {
    inspect: (bytes) => {
      const content = contentOf(bytes);
      if (content === undefined || content === 'bad') {
        return Promise.reject(new KuvaError('image-damaged', { what: `${String(content)} is damaged` }));
      }
      return Promise.resolve({
        format: 'png',
        width: 1,
        height: 1,
        pages: 1,
        depth: 8,
        channels: 3,
        hasAlpha: false,
      });
    },
    weigh: () => 1,
    async apply(bytes, _facts, recipe) {
      const content = contentOf(bytes) ?? '';
      await work(content);
      if (content === 'poison') return die();
      if (content === 'limited' || (content === 'flaky' && tryNumber(content) === 1)) {
        throw new KuvaError('transform-failed', { what: `${content} could not be transformed` });
      }
      return recipe.outputs.map(
        ({ name }): MadeImage => ({
          output: name,
          bytes: outputBytes(bytes, name),
          format: 'png',
          contentType: 'image/png',
          width: 1,
          height: 1,
          pages: 1,
          how: { way: 'pixels' },
        }),
      );
    },
  };
}

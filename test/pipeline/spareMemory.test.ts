/** Memory that is used again must not be in use: whatever is given back is spoilt here at once. */
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import { SpareMemory } from '../../src/image/spareMemory.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { sha256 } from '../store/objects.ts';
import { openKit } from './kit.ts';

class Spoiling extends SpareMemory {
  taken = 0;
  given = 0;
  override take(bytes: number): ArrayBuffer {
    this.taken++;
    return super.take(bytes);
  }
  override give(memory: ArrayBuffer): void {
    this.given++;
    new Uint8Array(memory).fill(0xaa);
    super.give(memory);
  }
}

const never = new AbortController().signal;

/** A picture whose file is large enough for its memory to be used again. */
const makeLarge = async (seed: number): Promise<Buffer> =>
  Buffer.concat([await makeJpeg({ seed }), Buffer.alloc(300_000)]);

async function processed(names: readonly string[]) {
  const plain = createTransformer(limitsSchema.parse({}));
  const inputs = new Spoiling();
  const outputs = new Spoiling();
  // As the lane does it: the result lies in memory that is used again.
  const apply: typeof plain.apply = async (...given) => {
    const made = await plain.apply(...given);
    return made.map((output) => {
      const memory = outputs.take(output.bytes.length);
      const bytes = new Uint8Array(memory, 0, output.bytes.length);
      bytes.set(output.bytes);
      return {
        ...output,
        bytes,
        release: () => {
          outputs.give(memory);
        },
      };
    });
  };
  const kit = await openKit({ transformer: { ...plain, apply }, spare: inputs });
  const wanted = new Map<string, string>();
  for (const [at, name] of names.entries()) {
    const bytes = await makeLarge(at + 1);
    const [made] = await plain.apply(bytes, await plain.inspect(bytes), kit.parts.recipe);
    wanted.set(name, sha256(made?.bytes ?? Buffer.alloc(0)));
    await kit.put(kit.input, name, bytes);
  }
  const queued = [];
  for (const name of names) queued.push(await kit.queue(name));
  await Promise.all(queued.map((image) => processImage(kit.parts, image, never)));
  return { kit, wanted, inputs, outputs };
}

it('of large inputs and of results is used again, and every output is its own', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `picture ${at}.jpg`);
  const { kit, wanted, inputs, outputs } = await processed(names);
  expect(kit.events.map(({ kind }) => kind)).toEqual(names.map(() => 'done'));
  for (const [name, hash] of wanted) {
    const { body } = await kit.output.get(parseObjectKey(`negated_${name}`));
    expect(sha256(await buffer(body))).toBe(hash);
  }
  expect([inputs.given, outputs.given]).toEqual([12, 12]);
});

it('of an image that failed is left to the garbage', async () => {
  const spare = new Spoiling();
  const kit = await openKit({ spare });
  await kit.put(kit.input, 'broken.jpg', randomBytes(400_000));
  await processImage(kit.parts, await kit.queue('broken.jpg'), never);
  expect(kit.events).toMatchObject([{ kind: 'rejected' }]);
  expect([spare.taken, spare.given]).toEqual([1, 0]);
});

/** What a worker on a machine of 1 GB does with a picture of 30,000 × 30,000 pixels. */
import { expect, it } from 'vitest';
import { recipeSchema } from '../../src/image/recipe.ts';
import { makeBudgets } from '../../src/pipeline/budgets.ts';
import { workerSchema } from '../../src/pipeline/config.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import { makeLargeTiff } from '../pictures/largeTiff.ts';
import { openKit } from './kit.ts';

const never = new AbortController().signal;
const budgets = makeBudgets(workerSchema.parse({}), { cores: 2, memory: 1e9 });
const transformer = createTransformer(limitsSchema.parse({ pixels: 1_000_000_000 }));

it('negates it, in rows', async () => {
  const kit = await openKit({ budgets, transformer });
  await kit.put(kit.input, 'large.tif', makeLargeTiff(30_000));
  await processImage(kit.parts, await kit.queue('large.tif'), never);
  expect(kit.events).toMatchObject([{ kind: 'done' }]);
  expect(await kit.ledger.counts()).toMatchObject({ done: 1 });
});

it('refuses to turn it, before it is decoded, with the number that it would need', async () => {
  const decoded: string[] = [];
  const apply: typeof transformer.apply = (...given) => {
    decoded.push('decoded');
    return transformer.apply(...given);
  };
  const recipe = recipeSchema.parse({ outputs: [{ steps: [{ rotate: { angle: 90 } }] }] });
  const kit = await openKit({ budgets, recipe, transformer: { ...transformer, apply } });
  await kit.put(kit.input, 'large.tif', makeLargeTiff(30_000));
  await processImage(kit.parts, await kit.queue('large.tif'), never);
  expect(kit.events).toMatchObject([
    {
      kind: 'rejected',
      failure: {
        code: 'image-too-large',
        message: 'large.tif would need 27 GB of memory, and this worker may use 285 MB for images',
      },
    },
  ]);
  expect(decoded).toEqual([]);
});

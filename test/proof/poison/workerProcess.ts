/** A worker that transforms one image in a decoder, to be killed. Arguments: the image, the decoder's program. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultRecipe } from '../../../src/image/recipe.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { decoderProgram } from '../../processes/decoders.ts';

const [, , image = '', program = ''] = process.argv;
process.on('SIGINT', () => {
  console.log('interrupted');
});
const transformer = createIsolatedTransformer(limitsSchema.parse({}), {
  size: 1,
  program: decoderProgram(new URL(program)),
});
const bytes = readFileSync(image);
const facts = await transformer.inspect(bytes);
console.log('inspected');
await transformer.apply(bytes, facts, defaultRecipe);
console.log('applied');
await sleep(600_000);

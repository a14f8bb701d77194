/** A worker whose recipe runs a command that does not end, to be killed. Arguments: the image, the script. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { recipeSchema } from '../../../src/image/recipe.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { loadOwnSteps } from '../../../src/transform/own/load.ts';
import { realDecoder } from '../../processes/decoders.ts';

const [, , image = '', script = ''] = process.argv;
const asked = recipeSchema.parse({ outputs: [{ steps: [{ command: [script, '{in}', '{out}'] }] }] });
const { recipe, tools } = await loadOwnSteps(asked, dirname(script));
const transformer = createIsolatedTransformer(limitsSchema.parse({}), {
  size: 1,
  program: realDecoder,
  ...(tools && { tools }),
});
const bytes = readFileSync(image);
console.log(`scratch ${tools?.scratch ?? ''}`);
await transformer.apply(bytes, await transformer.inspect(bytes), recipe);

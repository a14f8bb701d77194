/**
 * Applies a recipe to a file, in a process of its own, and prints what came out and what it took.
 * Usage: transformerProcess.ts FILE RECIPE LIMITS [OUTPUT], recipe and limits as JSON
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { recipeSchema } from '../../src/image/recipe.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';

const [path = '', recipeText = '', limitsText = '', output] = process.argv.slice(2);
const transformer = createTransformer(limitsSchema.parse(JSON.parse(limitsText)));
const recipe = recipeSchema.parse(JSON.parse(recipeText));
const bytes = readFileSync(path);
const facts = await transformer.inspect(bytes);

/** The largest resident set so far, in bytes. */
const peak = (): number | undefined =>
  existsSync('/proc/self/status')
    ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
    : undefined;

const before = process.memoryUsage().rss;
const made = await transformer.apply(bytes, facts, recipe);
const after = peak();
const [first] = made;
if (output !== undefined && first !== undefined) writeFileSync(output, first.bytes);
console.log(
  JSON.stringify({
    digests: made.map((each) => createHash('sha256').update(each.bytes).digest('hex')),
    weight: transformer.weigh(facts, recipe),
    growth: after === undefined ? undefined : after - before,
    peak: after,
    pixels: facts.width * facts.height * facts.pages,
  }),
);

import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../config/load.ts';
import type { Facts, Json } from '../../image/facts.ts';
import { KuvaError } from '../../image/failure.ts';
import { parseObjectKey } from '../../image/key.ts';
import { showBytes, showDuration } from '../../image/quantity.ts';
import { keyOfOutput } from '../../image/recipe.ts';
import { type Choice, knownOf } from '../../pipeline/choose/choose.ts';
import type { ImageFacts, Transformer } from '../../transform/contract.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { loadOptions, sharedOptions } from '../system.ts';
import { wireTransforms } from '../wire.ts';

const optionsSchema = sharedOptions.extend({
  image: z.string(),
  output: z.string(),
  force: z.boolean().optional(),
});

/** `kuva try`: the recipe on one local file. Needs no bucket, no database, and changes nothing but the result's file. */
export const tryImage: Action = async (given, terminal) => {
  const options = optionsSchema.parse(given);
  const { value: config } = loadConfig(loadOptions(options));
  const { transformer, wire, closeTransforms } = await wireTransforms([config]);
  const { recipe: fallback, chooser } = wire(config);
  const key = parseObjectKey(basename(options.image));
  const { bytes, facts, made, took, choice } = await transformed(
    transformer,
    options.image,
    (size, found) => {
      const chosen = chooser?.choose({ key, size, ...knownOf(found) }) ?? {
        kind: 'recipe',
        recipe: fallback,
      };
      if (chosen !== 'look' && chosen.kind === 'recipe') return chosen;
      throw new KuvaError('skipped-by-rule', {
        what: `${options.image} would be left alone${chosen === 'look' ? '' : `, as the rule "${chosen.rule}" says`}`,
        data: 'Nothing was written.',
        remedy: 'Rules go by the whole key; here the name of the file stands for it.',
      });
    },
  ).finally(closeTransforms);
  const { recipe, rule } = choice;
  const written: {
    file: string;
    bytes: number;
    format: string;
    width: number;
    height: number;
    facts?: Facts;
  }[] = [];
  for (const [at, output] of recipe.outputs.entries()) {
    const image = made[at];
    if (image === undefined) continue;
    const file = join(resolve(options.output), basename(keyOfOutput(output, key)));
    await writeResult(file, image.bytes, options.force === true);
    written.push({
      file,
      bytes: image.bytes.length,
      format: image.format,
      width: image.width,
      height: image.height,
      ...(image.facts !== undefined && { facts: image.facts }),
    });
  }
  if (terminal.json) {
    terminal.line(
      jsonText({
        image: { ...facts, bytes: bytes.length },
        ...(rule !== undefined && { rule }),
        written,
        milliseconds: Math.round(took),
      }),
    );
    return exitCodes.ok;
  }
  const pages = facts.pages > 1 ? `, ${facts.pages} pages` : '';
  terminal.line(
    `${options.image}: ${facts.format}, ${facts.width} × ${facts.height}${pages}, ${facts.depth} bits, ${showBytes(bytes.length)}`,
  );
  if (rule !== undefined) terminal.line(`by the rule "${rule}"`);
  for (const { file, format, width, height, bytes: size, facts: known } of written) {
    terminal.line(
      `${terminal.paint('green', '✓')} ${file}: ${format}, ${width} × ${height}, ${showBytes(size)}`,
    );
    for (const [name, value] of Object.entries(known ?? {})) terminal.line(`    ${name}: ${factText(value)}`);
  }
  terminal.line(`in ${showDuration(took)}`);
  return exitCodes.ok;
};

/** Characters of a fact that are shown; a histogram has hundreds. */
const mostShown = 100;

function factText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

async function transformed(
  transformer: Transformer,
  path: string,
  choose: (size: number, facts: ImageFacts) => Extract<Choice, { kind: 'recipe' }>,
) {
  const bytes = await readImage(path);
  const begun = performance.now();
  const facts = await transformer.inspect(bytes);
  const choice = choose(bytes.length, facts);
  const made = await transformer.apply(bytes, facts, choice.recipe, undefined, basename(path));
  return { bytes, facts, made, choice, took: performance.now() - begun };
}

async function readImage(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new KuvaError('usage-invalid', {
      what: `${path} cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`,
      remedy: 'Give the path of an image file on this machine.',
      cause: thrown,
    });
  }
}

/** Writes beside and links into place: an existing file is never overwritten, and never half written. */
async function writeResult(file: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const beside = `${file}.${process.pid}.part`;
  try {
    await writeFile(beside, bytes, { flag: 'wx' });
    if (force) await rename(beside, file);
    else await link(beside, file);
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    throw new KuvaError('folder-unusable', {
      what: exists
        ? `${file} exists already`
        : `${file} cannot be written: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`,
      data: 'Nothing was overwritten.',
      remedy: exists
        ? 'Use --output to choose another folder, or --force to overwrite it.'
        : 'Use --output to choose another folder.',
      cause: thrown,
    });
  } finally {
    await rm(beside, { force: true });
  }
}

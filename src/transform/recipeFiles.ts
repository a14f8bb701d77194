/**
 * Files that a recipe needs beside the image, such as a watermark. They are read once at the start, and their SHA-256
 * becomes part of the recipe: another watermark is another recipe with another digest.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KuvaError } from '../image/failure.ts';
import type { Recipe, RecipeOutput } from '../image/recipe.ts';
import type { Step, StepOf } from '../image/steps.ts';

/** Contents by SHA-256, in hexadecimal. */
export type RecipeFiles = ReadonlyMap<string, Buffer>;

export const noRecipeFiles: RecipeFiles = new Map();

export interface LoadedRecipe {
  /** The same recipe with the SHA-256 of every file filled in. */
  readonly recipe: Recipe;
  readonly files: RecipeFiles;
}

/**
 * Reads the files of a recipe and checks that they are images.
 * @param folder that relative names are relative to
 * @throws KuvaError `config-invalid` when a file is missing, is no image, or is not the one that the recipe names
 */
export async function loadRecipeFiles(recipe: Recipe, folder: string): Promise<LoadedRecipe> {
  const files = new Map<string, Buffer>();
  const outputs: RecipeOutput[] = [];
  for (const output of recipe.outputs) {
    const steps: Step[] = [];
    for (const step of output.steps) {
      if (step.step !== 'composite') {
        steps.push(step);
        continue;
      }
      const { bytes, sha256 } = await readPicture(step, folder);
      files.set(sha256, bytes);
      steps.push({ ...step, sha256 });
    }
    outputs.push({ ...output, steps });
  }
  return { recipe: { outputs }, files };
}

/** The content of a step's file. @throws KuvaError `internal` when it was never loaded */
export function recipeFile(files: RecipeFiles, { file, sha256 }: StepOf<'composite'>): Buffer {
  const bytes = sha256 === undefined ? undefined : files.get(sha256);
  if (bytes !== undefined) return bytes;
  throw new KuvaError('internal', {
    what: `The picture ${file} of the recipe was not loaded before the work began`,
    data: 'Nothing was written.',
  });
}

async function readPicture(
  step: StepOf<'composite'>,
  folder: string,
): Promise<{ bytes: Buffer; sha256: string }> {
  const path = resolve(folder, step.file);
  const bytes = await readFile(path).catch((thrown: unknown) => {
    throw invalid(
      `The picture ${path} of the recipe cannot be read`,
      'Correct the name in the recipe.',
      thrown,
    );
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (step.sha256 !== undefined && step.sha256 !== sha256) {
    throw invalid(
      `The picture ${path} is not the one that the recipe names: its SHA-256 is ${sha256}`,
      'Put the right file there, or take the sha256 out of the recipe.',
    );
  }
  // These pictures are the operator's own, and most recipes have none: sharp is loaded only for them.
  const { openImage, prepareLibvips } = await import('./libvips.ts');
  prepareLibvips();
  await openImage(bytes)
    .stats()
    .catch((thrown: unknown) => {
      throw invalid(
        `The picture ${path} of the recipe is not an image that can be read`,
        'Use a PNG.',
        thrown,
      );
    });
  return { bytes, sha256 };
}

function invalid(what: string, remedy: string, cause?: unknown): KuvaError {
  return new KuvaError('config-invalid', { what, data: 'No image was touched.', remedy, cause });
}

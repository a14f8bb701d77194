/** What the tests of own steps share: a folder with scripts and modules, and the way through one step. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipeSchema } from '../../../src/image/recipe.ts';
import type { MadeImage } from '../../../src/transform/contract.ts';
import { loadOwnSteps } from '../../../src/transform/own/load.ts';
import { removeScratch } from '../../../src/transform/own/scratch.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { limits } from '../kit.ts';

export class OwnFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<OwnFolder> {
    return new OwnFolder(await mkdtemp(join(tmpdir(), 'kuva-own-')));
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  /** A file that may be run. */
  async file(name: string, ...lines: string[]): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, `${lines.join('\n')}\n`);
    await chmod(path, 0o755);
    return path;
  }

  /** A program, in the shell's language, that a recipe names as `./NAME`. */
  shell(name: string, ...lines: string[]): Promise<string> {
    return this.file(name, '#!/bin/sh', ...lines);
  }

  /** Every output of a recipe whose outputs are these. */
  async made(source: Uint8Array, outputs: unknown[], key = 'some/key.jpg'): Promise<MadeImage[]> {
    const { recipe, tools } = await loadOwnSteps(recipeSchema.parse({ outputs }), this.path);
    const transformer = createTransformer(limits, tools === undefined ? {} : { tools });
    try {
      return await transformer.apply(source, await transformer.inspect(source), recipe, undefined, key);
    } finally {
      if (tools !== undefined) await removeScratch(tools);
    }
  }

  /** The only output, of these steps. */
  async through(source: Uint8Array, ...steps: unknown[]): Promise<MadeImage> {
    const [only] = await this.made(source, [{ steps }]);
    if (only === undefined) throw new Error('no output');
    return only;
  }
}

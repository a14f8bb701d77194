/** The transformer in a process of its own, to measure its memory and to compare what two processes make. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const project = new URL('../..', import.meta.url).pathname;

export interface ChildTransformer {
  /** Applies a recipe to a file. @param output where the first output is put */
  apply(path: string, recipe: unknown, limits?: unknown, output?: string): Promise<ChildResult>;
  remove(): Promise<void>;
}

const resultSchema = z.object({
  /** SHA-256 of each output. */
  digests: z.array(z.string()),
  /** What `weigh` said, in bytes. */
  weight: z.number(),
  /** How far the resident set grew above what it was before `apply`, in bytes; undefined where the system does not say. */
  growth: z.number().optional(),
  /** The largest resident set of the process, input and all, in bytes. */
  peak: z.number().optional(),
  pixels: z.number(),
});
type ChildResult = z.infer<typeof resultSchema>;

const script = `
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const [, folder, path, recipe, limits, output] = process.argv;
const { createTransformer } = await import(folder + '/transform/transformer.js');
const { limitsSchema } = await import(folder + '/transform/limits.js');
const { recipeSchema } = await import(folder + '/image/recipe.js');
const transformer = createTransformer(limitsSchema.parse(JSON.parse(limits)));
const bytes = readFileSync(path);
const facts = await transformer.inspect(bytes);
const parsed = recipeSchema.parse(JSON.parse(recipe));
const peak = () => existsSync('/proc/self/status')
  ? Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  : undefined;
const before = process.memoryUsage().rss;
const made = await transformer.apply(bytes, facts, parsed);
const after = peak();
if (output !== '') writeFileSync(output, made[0].bytes);
console.log(JSON.stringify({
  digests: made.map((each) => createHash('sha256').update(each.bytes).digest('hex')),
  weight: transformer.weigh(facts, parsed),
  growth: after === undefined ? undefined : after - before,
  peak: after,
  pixels: facts.width * facts.height * facts.pages,
}));
`;

/** Made before the tests begin (`globalSetup.ts`). */
const entropyModule = 'transform/jpeg/entropy/entropy.wasm';

/** Compiles the sources as they are now; Node 20 does not run TypeScript. */
export async function childTransformer(): Promise<ChildTransformer> {
  const cache = join(project, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'kuva-child-'));
  const compiler = join(project, 'node_modules/typescript/bin/tsc');
  const settings = ['-p', 'tsconfig.build.json', '--outDir', folder, '--noCheck', '--incremental', 'false'];
  await run(process.execPath, [compiler, ...settings, '--tsBuildInfoFile', 'null'], { cwd: project });
  await copyFile(join(project, 'src', entropyModule), join(folder, entropyModule));
  return {
    async apply(path, recipe, limits = {}, output = '') {
      const { stdout } = await run(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          script,
          folder,
          path,
          JSON.stringify(recipe),
          JSON.stringify(limits),
          output,
        ],
        { cwd: project },
      );
      return resultSchema.parse(JSON.parse(stdout));
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The transformer in a process of its own, to measure its memory and to compare what two processes make. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { nodeProgram } from '../processes/nodeProgram.ts';

const run = promisify(execFile);
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

const program = nodeProgram(new URL('transformerProcess.ts', import.meta.url));

/** @param output where the first output is put */
export async function applyInProcess(
  path: string,
  recipe: unknown,
  limits: unknown = {},
  output?: string,
): Promise<ChildResult> {
  const { stdout } = await run(process.execPath, [
    ...program.options,
    fileURLToPath(program.entry),
    path,
    JSON.stringify(recipe),
    JSON.stringify(limits),
    ...(output === undefined ? [] : [output]),
  ]);
  return resultSchema.parse(JSON.parse(stdout));
}

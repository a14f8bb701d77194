import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const names = z.record(z.string(), z.string()).default({});

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  files: z.array(z.string()).default([]),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
});

/** What a package says of itself in its package.json. */
export type PackageFile = z.infer<typeof packageSchema>;

/** Undefined when there is no package in this folder. */
export async function readPackage(folder: string): Promise<PackageFile | undefined> {
  try {
    return packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return undefined;
    throw thrown;
  }
}

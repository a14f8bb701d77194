import type { Clouds } from './clouds.ts';
import { observeCompute } from './observing/compute.ts';
import { observeDatabases } from './observing/database.ts';
import { observeS3 } from './observing/s3.ts';
import type { Observed } from './observed.ts';
import { markOfSecrets } from './secrets/secretsMark.ts';
import type { Stack } from './stack.ts';

/** Reads both clouds and the object store, side by side; changes nothing. */
export async function observe(clouds: Clouds, stack: Stack): Promise<Observed> {
  const [compute, database, s3, secretsMark] = await Promise.all([
    observeCompute(clouds, stack),
    observeDatabases(clouds, stack),
    observeS3(clouds, stack),
    markOfSecrets(clouds, stack),
  ]);
  return { compute, database, s3, ...(secretsMark !== undefined && { secretsMark }) };
}

import type { Clouds } from './clouds.ts';
import { observeCompute } from './observing/compute.ts';
import { observeDatabases } from './observing/database.ts';
import { observeS3 } from './observing/s3.ts';
import type { Observed } from './observed.ts';
import type { Stack } from './stack.ts';

/** Reads both clouds and the object store, side by side; changes nothing. */
export async function observe(clouds: Clouds, stack: Stack): Promise<Observed> {
  const [compute, database, s3] = await Promise.all([
    observeCompute(clouds, stack),
    observeDatabases(clouds, stack),
    observeS3(clouds, stack),
  ]);
  return { compute, database, s3 };
}

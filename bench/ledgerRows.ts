import pg from 'pg';
import { z } from 'zod';
import type { LogRow } from './check.ts';
import { madeName } from './check.ts';
import { quantile } from './statistics.ts';

/** The rows of `log_records` about these inputs: the three columns that the tutorial's table and ours both have. */
export async function readRows(databaseUrl: string, keys: readonly string[]): Promise<LogRow[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<LogRow>(
      'SELECT negated_image_name AS name, negated_image_hash AS hash FROM log_records WHERE negated_image_name = ANY($1)',
      [keys.map(madeName)],
    );
    return rows;
  } finally {
    await client.end();
  }
}

const durationsSchema = z.array(z.object({ durations: z.record(z.string(), z.number()) }));

/**
 * Milliseconds that an image spent in each phase of its way, and in all of them but the wait in the queue (`way`).
 * @param keys of the inputs
 */
export async function readPhases(
  databaseUrl: string,
  keys: readonly string[],
): Promise<Record<string, { p50: number; p95: number }>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT durations FROM log_records WHERE negated_image_name = ANY($1) AND durations IS NOT NULL',
      [keys.map(madeName)],
    );
    return phasesOf(durationsSchema.parse(rows).map(({ durations }) => durations));
  } finally {
    await client.end();
  }
}

/** The middle and the slow end of each phase over all images. */
export function phasesOf(
  images: readonly Readonly<Record<string, number>>[],
): Record<string, { p50: number; p95: number }> {
  const values: Record<string, number[]> = {};
  for (const { wait = 0, ...phases } of images) {
    const way = Object.values(phases).reduce((sum, each) => sum + each, 0);
    for (const [phase, each] of Object.entries({ wait, ...phases, way })) (values[phase] ??= []).push(each);
  }
  return Object.fromEntries(
    Object.entries(values).map(([phase, each]) => [
      phase,
      { p50: quantile(each, 0.5), p95: quantile(each, 0.95) },
    ]),
  );
}

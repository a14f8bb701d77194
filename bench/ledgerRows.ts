import pg from 'pg';
import type { LogRow } from './check.ts';
import { madeName } from './check.ts';

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

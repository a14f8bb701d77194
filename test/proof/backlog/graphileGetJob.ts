/** The statement by which the installed Graphile Worker takes a job, as the database got to see it. */
import { runOnce } from 'graphile-worker';
import { Pool } from 'pg';
import { z } from 'zod';

const preparedSchema = z.tuple([z.object({ statement: z.string() })]);

/** @param url a migrated database; nothing in it is changed */
export async function graphileGetJob(url: string): Promise<string> {
  const pool = new Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  try {
    await runOnce({
      pgPool: pool,
      taskList: { 'kuva-test-nothing': () => undefined },
      noHandleSignals: true,
    });
    const { rows } = await pool.query(
      "select statement from pg_prepared_statements where name like 'get\\_job%'",
    );
    return preparedSchema.parse(rows)[0].statement;
  } finally {
    await pool.end();
  }
}

import { join } from 'node:path';
import pg from 'pg';
import type { Closing } from '../closing.ts';
import { startChild } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';
import type { TestBed } from '../servers/testBed.ts';

/** What negates the pictures. */
export type Library = 'pillow' | 'vips';

/** How it shares the work out; found by trying, see docs/performance.md. */
export interface Sharing {
  readonly processes: number;
  readonly threads: number;
}

export interface PythonScript {
  run(images: number, library: Library, sharing: Sharing): Promise<Cost>;
}

/** `images.py` with a table of its own: a key that tells every image apart, which the tutorial's does not. */
export async function preparePython(
  testBed: TestBed,
  folder: string,
  closing: Closing,
): Promise<PythonScript> {
  const url = new URL(testBed.databaseUrl('bench_python'));
  await createTable(url.href);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const { endpoint, accessKeyId, secretAccessKey } = testBed.ceph.connection;
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    LANG: 'C.UTF-8',
    // No .pyc beside the script.
    PYTHONDONTWRITEBYTECODE: '1',
    S3_ENDPOINT: endpoint.href.replace(/\/$/, ''),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    INPUT_BUCKET: testBed.input.name,
    OUTPUT_BUCKET: testBed.output.name,
    DATABASE_URL: url.href,
    PGPASSWORD: password,
  };
  const start = (library: Library, { processes, threads }: Sharing) =>
    startChild(
      '/usr/bin/python3',
      [fromRoot('bench/rivals/images.py'), library, String(processes), String(threads)],
      { cwd: folder, env, log: join(folder, 'python.log') },
      closing,
    );
  return {
    run: (images, library, sharing) =>
      costOf(() => start(library, sharing), testBed.roots, 60_000 + images * 5_000),
  };
}

/** Used by who writes one row an image: the columns that the check reads. */
export async function createTable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS log_records (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        timestamp timestamptz NOT NULL DEFAULT now(), negated_image_name text NOT NULL, negated_image_hash text NOT NULL)`,
    );
  } finally {
    await client.end();
  }
}

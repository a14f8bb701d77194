import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Closing } from '../closing.ts';
import { startChild } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import type { Programs } from '../programs.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';
import type { TestBed } from '../servers/testBed.ts';

/** The tutorial's script in a home of its own, ready to run. */
export interface TutorialScript {
  /** @param pause seconds of sleep after each image; undefined: the script without its `sleep 1` */
  run(images: number, pause: number | undefined): Promise<Cost>;
}

/** Sets up what the tutorial has its reader set up: a folder, the s3cmd configuration, the table. */
export async function prepareTutorial(
  testBed: TestBed,
  programs: Programs,
  folder: string,
  closing: Closing,
): Promise<TutorialScript> {
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  await Promise.all([mkdir(home, { recursive: true }), mkdir(bin, { recursive: true })]);
  // The script says `convert`, and must get ImageMagick's.
  await symlink(programs.convert.path, join(bin, 'convert'));
  await createTable(testBed.databaseUrl('bench_tutorial'));

  const database = new URL(testBed.databaseUrl('bench_tutorial'));
  const env = {
    // As cron has it, after the folder with `convert`. Nothing else of our environment: it could slow the rival down.
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    S3CMD_CONFIG: testBed.ceph.s3cmdConfig,
    INPUT_BUCKET: testBed.input.name,
    OUTPUT_BUCKET: testBed.output.name,
    DB_HOST: database.hostname,
    DB_PORT: database.port,
    DB_NAME: database.pathname.slice(1),
    DB_USER: decodeURIComponent(database.username),
    PGPASSWORD: decodeURIComponent(database.password),
    LOCK_FILE: join(folder, 'lock'),
  };
  return {
    run: (images, pause) =>
      costOf(
        () =>
          startChild(
            fromRoot('bench/rivals/tutorial.sh'),
            [],
            {
              cwd: home,
              env: { ...env, PAUSE: pause === undefined ? '' : String(pause) },
              log: join(folder, 'script.log'),
            },
            closing,
          ),
        testBed.roots,
        60_000 + images * 15_000,
      ),
  };
}

/** The table as the tutorial has its reader create it. */
async function createTable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'CREATE TABLE IF NOT EXISTS log_records (timestamp varchar(25) primary key, negated_image_name text, negated_image_hash text)',
    );
  } finally {
    await client.end();
  }
}

import { join } from 'node:path';
import { type Bucket, makeBucket } from '../bucket.ts';
import type { Closing } from '../closing.ts';
import type { Roots } from '../measure/shares.ts';
import { type CephServer, type CephStore, startCeph } from './ceph.ts';
import { type PostgresServer, startDatabases } from './postgres.ts';

/** Each has a database of its own, on the one server: both make a `log_records`, and not the same one. */
export const databaseNames = [
  'bench_tutorial',
  'bench_kuva',
  'bench_latency',
  'bench_python',
  'bench_lean',
] as const;
export type Database = (typeof databaseNames)[number];

/** The one object store and the one PostgreSQL that everything is measured against. */
export interface TestBed {
  readonly ceph: CephServer;
  readonly postgres: PostgresServer;
  readonly input: Bucket;
  readonly output: Bucket;
  /** Roots of the servers' process trees: `rgw`, `osd`, `mon`, `postgres`. */
  readonly roots: Roots;
  databaseUrl(database: Database): string;
}

export async function startTestBed(folder: string, store: CephStore, closing: Closing): Promise<TestBed> {
  const ceph = await startCeph(join(folder, 'ceph'), store, closing);
  const postgres = await startDatabases(folder, databaseNames, closing);
  // Names with an underscore, as in the tutorial.
  const input = await makeBucket(ceph.connection, 'input_bucket', closing);
  const output = await makeBucket(ceph.connection, 'output_bucket', closing);
  return {
    ceph,
    postgres,
    input,
    output,
    roots: { ...ceph.roots, postgres: [postgres.pid] },
    databaseUrl: (database) => postgres.urlOf(database),
  };
}

import { join } from 'node:path';
import { type Bucket, makeBucket } from '../bucket.ts';
import type { Closing } from '../closing.ts';
import { type CephServer, type CephStore, startCeph } from './ceph.ts';
import { type PostgresServer, startDatabases } from './postgres.ts';

/** Each has a database of its own, on the one server: both make a `log_records`, and not the same one. */
export type Database = 'bench_tutorial' | 'bench_kuva' | 'bench_latency';

/** The one object store and the one PostgreSQL that everything is measured against. */
export interface TestBed {
  readonly ceph: CephServer;
  readonly postgres: PostgresServer;
  readonly input: Bucket;
  readonly output: Bucket;
  /** Roots of the servers' process trees. */
  readonly pids: readonly number[];
  databaseUrl(database: Database): string;
}

export async function startTestBed(folder: string, store: CephStore, closing: Closing): Promise<TestBed> {
  const ceph = await startCeph(join(folder, 'ceph'), store, closing);
  const databases: readonly Database[] = ['bench_tutorial', 'bench_kuva', 'bench_latency'];
  const postgres = await startDatabases(folder, databases, closing);
  // Names with an underscore, as in the tutorial.
  const input = await makeBucket(ceph.connection, 'input_bucket', closing);
  const output = await makeBucket(ceph.connection, 'output_bucket', closing);
  return {
    ceph,
    postgres,
    input,
    output,
    pids: [...ceph.pids, postgres.pid],
    databaseUrl: (database) => postgres.urlOf(database),
  };
}

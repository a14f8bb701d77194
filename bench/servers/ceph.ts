import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { S3Connection } from '../../src/store/s3/connection.ts';
import type { Closing } from '../closing.ts';
import type { Roots } from '../measure/shares.ts';
import { fromRoot } from '../projectRoot.ts';
import { freePorts } from './freePorts.ts';

const run = promisify(execFile);

/** Where the OSD keeps its objects: on disk as in production, or in memory, which flatters everyone. */
export type CephStore = 'bluestore' | 'memstore';

export interface CephServer {
  readonly connection: S3Connection;
  /** An s3cmd configuration file for it. */
  readonly s3cmdConfig: string;
  /** `mon`, `osd`, `rgw`. */
  readonly roots: Roots;
}

/** Keys of a server that lives for minutes and listens on loopback alone. */
const keys = {
  accessKeyId: 'benchaccesskey000001',
  secretAccessKey: 'benchsecretkey00000000000000000000000001',
};

/** A real Ceph RGW of the bench's own, in `folder`, with the settings that it has out of the box. */
export async function startCeph(folder: string, store: CephStore, closing: Closing): Promise<CephServer> {
  const [port, monitorPort] = await freePorts();
  closing.add(async () => {
    await run(fromRoot('testbed/ceph/rgw-down'), [folder, '--purge']);
  });
  await run(fromRoot('testbed/ceph/rgw-up'), [folder], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      STORE: store,
      RGW_PORT: String(port),
      MON_PORT: String(monitorPort),
      RGW_ACCESS_KEY: keys.accessKeyId,
      RGW_SECRET_KEY: keys.secretAccessKey,
    },
    timeout: 120_000,
    signal: closing.signal,
  });
  const pidOf = async (name: string): Promise<number> =>
    Number(await readFile(join(folder, 'run', `${name}.pid`), 'utf8'));
  const [mon, osd, rgw] = await Promise.all([pidOf('mon.a'), pidOf('osd.0'), pidOf('rgw')]);
  return {
    connection: { endpoint: new URL(`http://127.0.0.1:${port}`), region: 'us-east-1', ...keys },
    s3cmdConfig: join(folder, 's3cfg'),
    roots: { rgw: [rgw], osd: [osd], mon: [mon] },
  };
}

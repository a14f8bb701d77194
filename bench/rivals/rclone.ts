import { join } from 'node:path';
import type { Closing } from '../closing.ts';
import { startChild } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import type { Cost } from '../result.ts';
import type { TestBed } from '../servers/testBed.ts';

/** Objects under way at the same time; found by trying. */
const transfers = 16;

/**
 * Not a rival but a limit of the transport: rclone moves the same bytes from bucket to bucket and changes nothing. They
 * go through it: it is told not to have the server copy them. It asks for no second look at what it wrote.
 */
export function runRclone(
  testBed: TestBed,
  path: string,
  images: number,
  folder: string,
  closing: Closing,
): Promise<Cost> {
  const { endpoint, accessKeyId, secretAccessKey } = testBed.ceph.connection;
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    RCLONE_CONFIG: join(folder, 'none.conf'),
    RCLONE_CONFIG_BED_TYPE: 's3',
    RCLONE_CONFIG_BED_PROVIDER: 'Ceph',
    RCLONE_CONFIG_BED_ENDPOINT: endpoint.href,
    RCLONE_CONFIG_BED_ACCESS_KEY_ID: accessKeyId,
    RCLONE_CONFIG_BED_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const args = [
    ...['move', `bed:${testBed.input.name}`, `bed:${testBed.output.name}`],
    ...['--disable', 'Copy,Move', '--transfers', String(transfers), '--checkers', String(transfers)],
    ...['--s3-no-head', '--s3-no-check-bucket', '--no-traverse', '--quiet'],
  ];
  return costOf(
    () => startChild(path, args, { cwd: folder, env, log: join(folder, 'rclone.log') }, closing),
    testBed.roots,
    60_000 + images * 2_000,
  );
}

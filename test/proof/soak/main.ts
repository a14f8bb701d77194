/** `npm run soak -- --seed N --images N --workers N --seconds N`: the soak with servers of its own; ends with 1 when the promise was broken. */
import { parseArgs } from 'node:util';
import { startPostgres } from '../../servers/postgres.ts';
import { startRgw } from '../../servers/rgw.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    images: { type: 'string', default: '5000' },
    workers: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '900' },
  },
});
const [postgres, rgw] = await Promise.all([startPostgres(), startRgw()]);
try {
  if (rgw === undefined) throw new Error('no Ceph RGW here (Debian: apt install radosgw ceph-mon ceph-osd)');
  const result = await soak(
    {
      seed: Number(values.seed),
      images: Number(values.images),
      workers: Number(values.workers),
      seconds: Number(values.seconds),
      say: (line) => {
        console.log(line);
      },
    },
    { postgres: postgres.server, rgw: rgw.server },
  );
  console.log(JSON.stringify({ seed: Number(values.seed), ...result }, undefined, 2));
  if (result.violations.length > 0) process.exitCode = 1;
} finally {
  await Promise.all([postgres.stop(), rgw?.stop()]);
}

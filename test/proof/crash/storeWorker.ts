/**
 * Puts one object and dies by SIGKILL at a crash point of the store.
 * Usage: storeWorker.ts POINT, and where as JSON in KUVA_TEST_WIRING
 */
import { createHash } from 'node:crypto';
import { parseObjectKey } from '../../../src/image/key.ts';
import { wiringSchema } from './wiringSchema.ts';
import { newBody, openOne, replacedKey } from './oneStore.ts';

const [deadly = ''] = process.argv.slice(2);
const { output } = wiringSchema.parse(JSON.parse(process.env['KUVA_TEST_WIRING'] ?? '{}'));
const store = await openOne(output, (point) => {
  if (point === deadly) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve();
});
const sha256 = createHash('sha256').update(newBody).digest('hex');
await store.put(parseObjectKey(replacedKey), newBody, { contentType: 'image/png', sha256 });

/**
 * A worker that dies by SIGKILL at a crash point.
 * Usage: worker.ts NAME POINT NTH, and the wiring as JSON in KUVA_TEST_WIRING (it holds keys of the test's servers)
 */
import { z } from 'zod';
import { wire } from './wire.ts';
import type { At } from '../../../src/image/crashPoint.ts';

const serverSchema = z.object({
  endpoint: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  region: z.string(),
  configFile: z.string(),
});
const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string() }),
  z.object({ kind: z.literal('s3'), server: serverSchema, bucket: z.string() }),
]);
const wiringSchema = z.object({
  database: z.string(),
  input: placeSchema,
  output: placeSchema,
  rejected: placeSchema.exactOptional(),
});

const [worker = '', deadly = '', nth = '1'] = process.argv.slice(2);
let passed = 0;
let begun = false;
const at: At = (point) => {
  if (!begun && (point === 'listed' || point === 'begun')) {
    // Written before the process can die: writing to a pipe is synchronous.
    console.log('working');
    begun = true;
  }
  if (point === deadly && ++passed === Number(nth)) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve();
};
const wiring = wiringSchema.parse(JSON.parse(process.env['KUVA_TEST_WIRING'] ?? '{}'));
const wired = await wire(wiring, worker, at);
console.log('ready');
await wired.run(new AbortController().signal);

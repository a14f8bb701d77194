/**
 * A worker that dies by SIGKILL at a crash point.
 * Usage: worker.ts NAME POINT NTH, and the wiring as JSON in KUVA_TEST_WIRING (it holds keys of the test's servers)
 */
import { wire } from './wire.ts';
import { wiringSchema } from './wiringSchema.ts';
import type { At } from '../../../src/image/crashPoint.ts';

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

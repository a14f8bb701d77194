/**
 * A worker whose recipe is a command, and which dies by SIGKILL at a crash point.
 * Usage: differingWorker.ts SCRIPT POINT, and the wiring as JSON in KUVA_TEST_WIRING. POINT `none`: it does not die.
 */
import { dirname } from 'node:path';
import type { At } from '../../../src/image/crashPoint.ts';
import { recipeSchema } from '../../../src/image/recipe.ts';
import { drain } from '../../../src/pipeline/drain.ts';
import { runWorker } from '../../../src/pipeline/worker.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { loadOwnSteps } from '../../../src/transform/own/load.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { wire } from '../crash/wire.ts';
import { wiringSchema } from '../crash/wiringSchema.ts';

const [script = '', deadly = ''] = process.argv.slice(2);
const at: At = (point) => {
  if (point === deadly) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve();
};
const asked = recipeSchema.parse({ outputs: [{ steps: [{ command: [script, '{in}', '{out}'] }] }] });
const { recipe, tools } = await loadOwnSteps(asked, dirname(script));
const transformer = createTransformer(limitsSchema.parse({}), tools === undefined ? {} : { tools });
const wiring = wiringSchema.parse(JSON.parse(process.env['KUVA_TEST_WIRING'] ?? '{}'));
const { parts, queue, discovery, ledger, close } = await wire(wiring, `differing-${process.pid}`, at);
const stop = new AbortController();
const working = runWorker({
  parts: { ...parts, recipe, transformer },
  queue,
  discovery,
  version: '0',
  concurrency: 1,
  stop: stop.signal,
  stopNow: parts.ending,
});
await drain({ discovery, ledger, stop: AbortSignal.timeout(90_000) });
stop.abort();
await working;
await close();
console.log('finished');

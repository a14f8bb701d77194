/** `npm run simulate -- --seed N --histories N`: many simulated histories, without the test runner around them. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkHistories, tell } from './check.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, histories: { type: 'string' } } });
const seed = Number(values.seed ?? process.env['KUVA_TEST_SEED'] ?? Date.now() % 2 ** 31);
const histories = Number(values.histories ?? 10_000);
if (!Number.isInteger(seed) || !Number.isInteger(histories) || histories < 1) {
  console.error('usage: npm run simulate -- --seed N --histories N');
  process.exit(2);
}
const begun = performance.now();
const checked = await checkHistories({ histories, seed });
const seconds = (performance.now() - begun) / 1000;
console.log(
  `seed ${seed}: ${checked.run} histories in ${seconds.toFixed(1)} s, ${(checked.run / seconds).toFixed(0)} a second`,
);
console.log(`${checked.steps} steps; images ended as ${JSON.stringify(checked.ends)}`);
console.log(`${checked.windows} losses in the documented window of buckets that cannot remove exactly`);
console.log(tell(checked));
process.exitCode = checked.broken === undefined ? 0 : 1;

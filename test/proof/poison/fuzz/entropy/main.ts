/** `npm run fuzz:entropy -- --seed N --seconds N [--save DIR] [--only NUMBER]`: ends with 1 when something was found. */
import { parseArgs } from 'node:util';
import { makeEntropyModule } from '../../../../../scripts/entropy.ts';
import { fuzzEntropy } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    seconds: { type: 'string', default: '300' },
    save: { type: 'string' },
    only: { type: 'string' },
  },
});
await makeEntropyModule(process.cwd(), []);
const result = await fuzzEntropy({
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  save: values.save,
  first: Number(values.only ?? 0),
  mutants: values.only === undefined ? Number.POSITIVE_INFINITY : 1,
});
console.log(JSON.stringify(result, undefined, 2));
if (result.findings.length > 0) process.exitCode = 1;

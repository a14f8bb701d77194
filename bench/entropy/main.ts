/** `npm run bench:entropy`: negation in a JPEG's coded data against sharp, in CPU time, from memory into memory. */
import sharp from 'sharp';
import type { Closing } from '../closing.ts';
import { thisMachine } from '../machine.ts';
import { makeSet } from '../pictures.ts';
import { runBench } from '../program.ts';
import { findImageMagick } from '../programs.ts';
import { setNames } from '../result.ts';
import { type EntropyRun, measureWays } from './measure.ts';
import { type EntropyOptions, parseEntropyOptions, usage } from './options.ts';
import { entropyReport, type EntropyResult } from './report.ts';

await runBench<EntropyOptions, EntropyResult>({
  usage,
  parse: parseEntropyOptions,
  measure,
  report: entropyReport,
  section: 'entropy',
  sound: ({ runs }) => runs.length > 0,
});

async function measure(
  { rounds, sets = [...setNames] }: EntropyOptions,
  closing: Closing,
  say: (line: string) => void,
): Promise<EntropyResult> {
  const begun = new Date().toISOString();
  const machine = thisMachine({ sharp: sharp.versions.sharp, libvips: sharp.versions.vips });
  const convert = await findImageMagick();
  const runs: EntropyRun[] = [];
  let source = '';
  for (const name of sets) {
    say(`Set ${name} …`);
    const set = await makeSet(name, convert, say);
    source = set.facts.source;
    runs.push(...(await measureWays(set, rounds, closing.signal)));
  }
  return { begun, machine, source, runs };
}

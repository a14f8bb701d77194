import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRun, isComplete } from '../check.ts';
import { inParallel } from '../inParallel.ts';
import { readRows } from '../ledgerRows.ts';
import type { PictureSet } from '../pictures.ts';
import { checkText } from '../report/rates.ts';
import type { Cost, SetName } from '../result.ts';
import type { Kuva } from '../rivals/kuva.ts';
import type { TestBed } from '../servers/testBed.ts';
import { aggregate, type Costs } from './aggregate.ts';
import { parseProfile, selfTimes } from './cpuProfile.ts';
import { sourceFinder } from './sources.ts';

export interface ProfiledRun {
  readonly set: SetName;
  readonly images: number;
  readonly cost: Cost;
  readonly main: Costs;
  readonly decoders: Costs;
}

/**
 * One run with the profilers on, which make it slower: its shares count, not its rate.
 * @throws Error when the run failed or lost anything
 */
export async function profileRun(
  testBed: TestBed,
  kuva: Kuva,
  pictures: PictureSet,
  images: number,
  folder: string,
): Promise<ProfiledRun> {
  const { name } = pictures.facts;
  const keys = Array.from(
    { length: images },
    (_, at) => `profile-${name}-${String(at).padStart(5, '0')}.jpg`,
  );
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const files = pictures.take(images);
    await inParallel(8, files.entries(), ([at, file]) => testBed.input.put(keys[at] ?? '', file));
    const cost = await kuva.run(images, { profiles: folder });
    const check = checkRun(keys, {
      inputs: await testBed.input.list(),
      outputs: await testBed.output.hashes(),
      rows: await readRows(testBed.databaseUrl('bench_kuva'), keys),
    });
    if (!isComplete(check)) throw new Error(`the profiled run was not whole: ${checkText(check)}`);
    const [main, decoders] = await Promise.all([
      readProfiles(folder, (file) => !file.startsWith('decoder-')),
      readProfiles(folder, (file) => file.startsWith('decoder-')),
    ]);
    return { set: name, images, cost, main, decoders };
  } finally {
    await testBed.input.empty();
    await testBed.output.empty();
  }
}

async function readProfiles(folder: string, wanted: (file: string) => boolean): Promise<Costs> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile') && wanted(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const findSource = sourceFinder();
  return aggregate(texts.flatMap((text) => selfTimes(parseProfile(text), findSource)));
}

import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Closing } from './closing.ts';
import { type Child, endOf, startChild, tail } from './measure/child.ts';
import { fromRoot } from './projectRoot.ts';
import type { BenchResult } from './result.ts';
import { startOnFolders } from './rivals/kuva.ts';

const limit = 60_000;

/** `kuva --help` until it has ended, and `kuva start` until it says where to drop an image; the first of each is not counted. */
export async function measureStarts(
  starts: number,
  folder: string,
  closing: Closing,
): Promise<BenchResult['starts']> {
  const help: number[] = [];
  const start: number[] = [];
  for (let at = 0; at <= starts; at++) {
    const helped = await timeHelp(folder, closing);
    const ready = await timeStart(folder, closing);
    if (at === 0) continue;
    help.push(helped);
    start.push(ready);
  }
  return [
    { what: 'kuva --help, until it has ended', milliseconds: help },
    { what: 'kuva start, database there already, until it says so', milliseconds: start },
  ];
}

async function timeHelp(folder: string, closing: Closing): Promise<number> {
  const begun = performance.now();
  const child = startChild(
    process.execPath,
    [fromRoot('dist/cli/main.js'), '--help'],
    {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' },
      log: join(folder, 'help.log'),
    },
    closing,
  );
  await succeeded(child);
  return performance.now() - begun;
}

async function timeStart(folder: string, closing: Closing): Promise<number> {
  const begun = performance.now();
  const child = startOnFolders(folder, closing);
  const ended = child.ended.then(() => true);
  while (!child.output().includes('Drop an image into')) {
    const over = await Promise.race([ended, sleep(5, false)]);
    if (over || performance.now() - begun > limit)
      throw new Error(`kuva start did not become ready; it last said:\n${tail(child.output())}`);
  }
  const milliseconds = performance.now() - begun;
  child.signal('SIGINT');
  await succeeded(child);
  return milliseconds;
}

async function succeeded(child: Child): Promise<void> {
  const outcome = await endOf(child, limit);
  if (outcome !== 0) throw new Error(`kuva ended with ${outcome}; it last said:\n${tail(child.output())}`);
}

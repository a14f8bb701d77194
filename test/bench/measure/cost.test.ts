import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Closing } from '../../../bench/closing.ts';
import { type Child, startChild } from '../../../bench/measure/child.ts';
import { costOf } from '../../../bench/measure/cost.ts';
import { peakBytesOf } from '../../../bench/measure/procStat.ts';

describe.runIf(process.platform === 'linux')('what a program costs', () => {
  let folder: string;
  const closing = new Closing();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuva-cost-'));
  });
  afterAll(async () => {
    await closing.close();
    await rm(folder, { recursive: true });
  });

  const start = (script: string): Child =>
    startChild(process.execPath, ['-e', script], { cwd: folder, env: {}, log: join(folder, 'log') }, closing);
  const burn = 'while (process.cpuUsage().user + process.cpuUsage().system < 400_000);';

  it('has the CPU of the program and of what it starts', async () => {
    const script = `${burn} require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`;
    const { cpuSeconds } = await costOf(() => start(script), {}, 60_000);
    expect(cpuSeconds).toBeGreaterThan(0.75);
  });

  it('has the peak of its memory, also when most of it was given back', async () => {
    const script = `let held = Buffer.alloc(200e6, 1); held = undefined; ${burn} setTimeout(() => undefined, 200)`;
    const { peakBytes } = await costOf(() => start(script), {}, 60_000);
    expect(peakBytes).toBeGreaterThan(200e6);
  });

  it('is not told of a program that fails: its last words are', async () => {
    const script = "console.error('no bucket'); process.exit(3)";
    await expect(costOf(() => start(script), {}, 60_000)).rejects.toThrow(/ended with 3[^]*no bucket/);
  });

  it('is not told of a program that does not end: it is ended, with everything that it started', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const below = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
      console.log('below ' + below.pid);
      setInterval(() => undefined, 1000)`;
    const child = start(script);
    await expect(costOf(() => child, {}, 3_000)).rejects.toThrow('not finished after 3 s');
    const below = Number(/below (\d+)/.exec(child.output())?.[1]);
    expect(below).toBeGreaterThan(0);
    await expect.poll(() => isAlive(below), { timeout: 10_000 }).toBe(false);
  });
});

/** A process that has ended but was not waited for yet (a zombie) has no memory, and counts as ended. */
function isAlive(pid: number): boolean {
  return peakBytesOf(pid) !== undefined;
}

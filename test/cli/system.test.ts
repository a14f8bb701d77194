/** A command that fails in a way that nobody foresaw: it ends all the same, and so does its PostgreSQL. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type System, withLedger, withSystem } from '../../src/cli/system.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { wireDatabase } from '../../src/cli/wire.ts';
import { prepareWork } from '../../src/cli/work.ts';
import { loadConfig } from '../../src/config/load.ts';

const silent: Terminal = {
  json: false,
  live: false,
  width: 80,
  line: () => undefined,
  exactLine: () => undefined,
  errorLine: () => undefined,
  clear: () => undefined,
  redraw: () => undefined,
  paint: (_colour, text) => text,
};

describe('A command that fails unexpectedly', () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'kuva-system-'));
  });
  afterAll(() => rm(data, { recursive: true, force: true }));

  /** PostgreSQL's own note that it runs on this data. */
  const runs = (): boolean => existsSync(join(data, 'postgres', 'cluster', 'postmaster.pid'));
  const never = new AbortController().signal;
  const strange = new TypeError('nobody foresaw this');

  it('stops the embedded database that it has started', async () => {
    const seen: boolean[] = [];
    const failing = withLedger({ data }, silent, () => {
      seen.push(runs());
      throw strange;
    });
    await expect(failing).rejects.toBe(strange);
    expect(seen).toEqual([true]);
    expect(runs()).toBe(false);
  });

  it('also while a worker runs, which it ends before it closes what the worker uses', async () => {
    let working: Promise<string> | undefined;
    const failing = withSystem({ data }, silent, async (system: System) => {
      const narrator = { image: () => undefined, outage: () => undefined, note: () => undefined };
      const work = await prepareWork(system, { worker: 'w1', narrator });
      working = work.run(true).then(
        () => 'ended well',
        () => 'failed',
      );
      await expect
        .poll(async () => (await system.ledger.status()).workers.length, { timeout: 30_000 })
        .toBe(1);
      throw strange;
    });
    await expect(failing).rejects.toBe(strange);
    expect(await working).toBe('ended well');
    expect(runs()).toBe(false);
  });

  it('and though somebody has not given a connection back', async () => {
    const database = await wireDatabase(
      loadConfig({ overrides: { data } }).value.database,
      never,
      () => undefined,
    );
    await database.pool.connect();
    await database.close();
    expect(runs()).toBe(false);
  });
});

/** A command that gives other bytes each time, and a worker that is killed around its result: the promise holds. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import * as photos from '../../pictures/photos.ts';
import { startChild } from '../../processes/child.ts';
import { OwnFolder } from '../../transform/own/kit.ts';
import { makeWorld } from '../crash/world.ts';
import { readLedger } from '../promise/ledgerRows.ts';

let own: OwnFolder;

beforeAll(async () => {
  own = await OwnFolder.make();
  for (const seed of [1, 2]) {
    await writeFile(join(own.path, `${seed}.png`), await photos.makePng({ width: 40, height: 30, seed }));
  }
  return () => own.remove();
});

describe('a worker that is killed', () => {
  it.each([
    ['output-placed', ['negated_a.jpg', expect.stringMatching(/^negated_a~[0-9a-f]{8}\.jpg$/)], 1],
    ['transformed', ['negated_a.jpg'], 0],
    ['recorded', ['negated_a.jpg'], 0],
  ] satisfies [
    CrashPoint,
    unknown[],
    number,
  ][])('at %s: each row is of bytes that lie there, the input is gone, and at most one result without a row stays', async (point, lying, orphans) => {
    const world = await makeWorld('folder', { postgres: inject('postgres'), rgw: null });
    const counter = await mkdtemp(join(tmpdir(), 'kuva-differing-'));
    onTestFinished(async () => {
      await world.drop();
      await rm(counter, { recursive: true, force: true });
    });
    const { input, output, database } = world.wiring;
    if (input.kind !== 'folder' || output.kind !== 'folder') throw new Error('not folders');
    // The first run gives one picture, all others another.
    const script = await own.shell(
      `differing-${point}.sh`,
      `if mkdir ${counter}/first 2>/dev/null; then cp ${own.path}/1.png "$2"; else cp ${own.path}/2.png "$2"; fi`,
    );
    await world.put('a.jpg', 7, 'done');
    const env = { KUVA_TEST_WIRING: JSON.stringify(world.wiring) };
    const run = (deadly: string) =>
      startChild(new URL('differingWorker.ts', import.meta.url), [script, deadly], { env });
    expect((await run(point).ended).signal).toBe('SIGKILL');
    await run('none').line(/^finished$/);

    const { records: rows } = await readLedger(database);
    expect(rows).toHaveLength(1);
    for (const { output_key: key, output_sha256: sha256 } of rows) {
      const bytes = await readFile(join(output.path, key));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const found = (await readdir(output.path)).filter((name) => !name.startsWith('.')).toSorted();
    expect(found).toEqual(lying);
    expect(found.length - rows.length).toBe(orphans);
    expect((await readdir(input.path)).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});

/**
 * The tests' own programs, put together once for a run as the product is (scripts/bundle.ts): a test that starts a hundred
 * processes would spend most of its time loading their modules one by one.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { bundle } from '../../scripts/bundle.ts';
import { programs, root, variable } from './nodeProgram.ts';

const kept = path.join(root, '.cache/test-programs');

/** Programs of earlier runs that are kept: another run may be using them. */
const mostKept = 3;

/** Puts them together, unless nothing has changed since the last time, and tells this process and its children. */
export async function makePrograms(): Promise<void> {
  const folder = path.join(kept, await digestOfSources());
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    await mkdir(kept, { recursive: true });
    const beside = await mkdtemp(path.join(kept, 'new-'));
    await bundle({
      root,
      to: beside,
      programs: Object.fromEntries(
        programs.map((name) => [name.replace(/\.ts$/, ''), path.join(root, name)]),
      ),
      maps: false,
      place: (file) =>
        // These two look for a program that lies beside them.
        /\/(coded\/lane|isolated\/transformer)\.ts$/.test(file)
          ? path.join(beside, path.relative(root, file)).replace(/\.ts$/, '.js')
          : file,
    });
    // Some programs are started as another user.
    await chmod(beside, 0o755);
    // Several test runs may begin at the same time: the first one's will do for all.
    await rename(beside, folder).catch(() => rm(beside, { recursive: true }));
    await removeOld();
  }
  process.env[variable] = folder;
}

async function digestOfSources(): Promise<string> {
  const digest = createHash('sha256');
  for (const folder of ['src', 'test', 'scripts']) {
    for (const file of (await readdir(path.join(root, folder), { recursive: true })).sort()) {
      if (!/\.(ts|mjs)$/.test(file)) continue;
      const { mtimeMs, size } = await stat(path.join(root, folder, file));
      digest.update(`${folder}/${file} ${mtimeMs} ${size}\n`);
    }
  }
  const { mtimeMs } = await stat(path.join(root, 'package-lock.json'));
  return digest.update(`${mtimeMs}`).digest('hex').slice(0, 16);
}

async function removeOld(): Promise<void> {
  const there = await Promise.all(
    (await readdir(kept)).map(async (name) => ({ name, made: (await stat(path.join(kept, name))).mtimeMs })),
  );
  for (const { name } of there.sort((a, b) => b.made - a.made).slice(mostKept))
    await rm(path.join(kept, name), { recursive: true, force: true });
}

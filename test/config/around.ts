import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { lookAtFile, realPath, type Surroundings } from '../../src/config/surroundings.ts';

export interface TestSurroundings extends Surroundings {
  /** Writes a real file below the home folder (`~/…`) or the working directory; mode 0600 unless told. */
  readonly write: (name: string, text: string, mode?: number) => string;
}

/** A home folder and a working directory of the test's own, real files, and the given environment alone. */
export function makeAround(env: Readonly<Record<string, string>> = {}): TestSurroundings {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kuva-config-')));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const [home, cwd] = [path.join(root, 'home'), path.join(root, 'work')];
  for (const folder of [home, cwd]) mkdirSync(folder);
  return {
    env,
    home,
    cwd,
    user: 'ada',
    look: lookAtFile,
    realPath,
    write: (name, text, mode = 0o600) => {
      const file = name.startsWith('~/') ? path.join(home, name.slice(2)) : path.join(cwd, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
  };
}

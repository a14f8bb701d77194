import { describe, expect, it } from 'vitest';
import { faultsOf, lockSchema, packageSchema } from '../../scripts/lockFile.ts';

const hash = `sha512-${'A'.repeat(86)}==`;

function faults(version: string, entry: Record<string, unknown>): string[] {
  return faultsOf(
    packageSchema.parse({ dependencies: { a: version } }),
    lockSchema.parse({
      lockfileVersion: 3,
      packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: hash, license: 'MIT', ...entry } },
    }),
  );
}

describe('the check of the dependencies', () => {
  it('finds nothing in a package that is pinned, hashed and from the registry', () => {
    expect(faults('1.0.0', {})).toEqual([]);
    expect(faults('1.0.0-beta.1', { license: '(MIT OR GPL-3.0)' })).toEqual([]);
  });

  it.each([
    ['a range', '^1.0.0', {}, 'not pinned'],
    ['a tag', 'latest', {}, 'not pinned'],
    ['a package from git', 'git+ssh://git@example.org/a.git', {}, 'not pinned'],
    ['a package without a hash', '1.0.0', { integrity: undefined }, 'no SHA-512'],
    ['a weak hash', '1.0.0', { integrity: 'sha1-AAAA' }, 'no SHA-512'],
    [
      'a source that is not the registry',
      '1.0.0',
      { resolved: 'git+ssh://example.org/a' },
      'does not come from',
    ],
    ['a source of its own', '1.0.0', { resolved: 'http://example.org/a.tgz' }, 'does not come from'],
    ['a link', '1.0.0', { link: true }, 'does not come from'],
    ['a new install script', '1.0.0', { hasInstallScript: true }, 'wants to run a script'],
    ['a licence that nobody looked at', '1.0.0', { license: 'GPL-3.0' }, 'licence'],
    ['no licence', '1.0.0', { license: undefined }, 'licence'],
  ])('finds %s', (_what, version, entry, fault) => {
    expect(faults(version, entry).join()).toContain(fault);
  });
});

/** What a browser loads before it shows anything: small, so that it is there at once, also over a poor line. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const built = resolve(import.meta.dirname, '../../../dist/dashboard/web');

describe('the page', () => {
  it('has less than 60 KB gzipped, all its files together, and names nothing from elsewhere', async () => {
    const entries = await readdir(built, { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(files.reduce((sum, bytes) => sum + gzipSync(bytes).length, 0)).toBeLessThan(60_000);
    for (const bytes of files) {
      const addresses = bytes.toString().match(/https?:\/\/[\w.-]+/g) ?? [];
      // Names of XML's vocabularies: nobody asks for them.
      expect(addresses.filter((address) => address !== 'http://www.w3.org')).toEqual([]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { checkPrograms } from '../../../src/cli/doctor/programs.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { hasPrograms } from '../../transform/deep.ts';

describe.skipIf(!hasPrograms)('kuva doctor, of programs that read images', () => {
  it('names each with its version, what it reads, and what would let it', async () => {
    const findings = await checkPrograms(limitsSchema.parse({ programs: ['vips'] }));
    expect(findings.map(({ check, state }) => [check, state])).toEqual(
      ['vips', 'magick', 'gdal', 'djxl'].map((program) => [`program ${program}`, 'ok']),
    );
    const [vips, magick] = findings.map(({ says }) => says);
    expect(vips).toMatch(
      /^\/.*vips, version 8\..*; reads a HEIC photo and a JPEG 2000 image of more than 8 bits/,
    );
    expect(magick).toMatch(
      /version \d.*not used: `limits: \{ programs: \[magick\] \}` would let it read a JPEG 2000/,
    );
  });
});

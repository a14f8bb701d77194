import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertArguments, findPhotographs } from '../../bench/photographs.ts';

const shape = { width: 832, height: 624, quality: 93 };

describe('the photographs of the bench', () => {
  it('are not there when the package is not installed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kuva-photographs-'));
    expect(await findPhotographs(folder)).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it('are written with the Huffman codes of the standard, with codes of their own, or progressive', () => {
    const said = (way: 'standard' | 'optimised' | 'progressive') =>
      convertArguments('a.jpg', shape, way, 0).join(' ');
    expect(said('standard')).toContain('-interlace None -define jpeg:optimize-coding=false');
    expect(said('optimised')).toContain('-interlace None -define jpeg:optimize-coding=true');
    expect(said('progressive')).toContain('-interlace JPEG');
  });

  it('show another part each time that they come', () => {
    const parts = [0, 1, 2, 3].map((round) => convertArguments('a.jpg', shape, 'standard', round).join(' '));
    expect(new Set(parts).size).toBe(4);
    expect(parts[0]).toContain('-crop 100%x100%+0+0');
    expect(parts[1]).toContain('-crop 80%x80%+0+0');
  });
});

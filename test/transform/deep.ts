/** Images of more bits than kuva decodes itself, and the programs of the machine that make and read them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readingPrograms } from '../../src/transform/limits.ts';
import { commandEnvironment } from '../../src/transform/own/environment.ts';
import { findProgram } from '../../src/transform/own/program.ts';
import { findReader } from '../../src/transform/programs/find.ts';
import { makePng } from '../pictures/photos.ts';

/** libvips within this process tells the system's own where to look for its parts, by a variable that is not passed on. */
export const environment = commandEnvironment(process.env);

/** Whether this machine has them all. With KUVA_TEST_REQUIRE=all a missing one is an error. */
export const hasPrograms = await find();

async function find(): Promise<boolean> {
  const readers = await Promise.all(readingPrograms.map((program) => findReader(program)));
  const path = environment['PATH'] ?? '';
  const writers = await Promise.all(
    ['convert-im6.q16', 'heif-enc', 'cjxl'].map((name) => findProgram(name, '/', path)),
  );
  if ([...readers, ...writers].every((found) => found !== undefined)) return true;
  const what =
    'programs that read images (Debian: apt install libvips-tools imagemagick gdal-bin libjxl-tools libheif-examples)';
  if (process.env['KUVA_TEST_REQUIRE'] === 'all')
    throw new Error(`KUVA_TEST_REQUIRE=all, but there are not all ${what}`);
  console.warn(`Skipped: ${what}, which are not all on this machine`);
  return false;
}

/** What a program made of a picture of 16 bits. */
export interface Deep {
  readonly file: Buffer;
  readonly png: Buffer;
}

/** @param args with `in.png`; the output comes last */
async function writtenBy(name: string, args: readonly string[], output: string): Promise<Deep> {
  const folder = mkdtempSync(join(tmpdir(), 'kuva-test-programs-'));
  try {
    const png = await makePng({ width: 48, height: 36, depth: 16 });
    writeFileSync(join(folder, 'in.png'), png);
    execFileSync(name, [...args, output], { cwd: folder, env: environment, stdio: 'ignore' });
    return { file: readFileSync(join(folder, output)), png };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const deepJp2 = (bits: number): Promise<Deep> =>
  writtenBy('convert-im6.q16', ['in.png', '-depth', `${bits}`, '-quality', '100'], 'out.jp2');
export const deepHeic = (bits: number): Promise<Deep> =>
  writtenBy('heif-enc', ['-L', '-p', 'chroma=444', '-b', `${bits}`, 'in.png', '-o'], 'out.heic');
export const deepJxl = (): Promise<Deep> => writtenBy('cjxl', ['in.png', '--quiet', '-d', '0'], 'out.jxl');

/** libjpeg-turbo's own programs, which write JPEGs in every way that there is: sampling, scans, restarts, codings. */
import { execFileSync } from 'node:child_process';
import type { Pixels } from './pixels.ts';

type Program = 'cjpeg' | 'jpegtran';

/** Are they here? With KUVA_TEST_REQUIRE=all it is an error if they are not. */
export const hasLibjpeg = look();

function look(): boolean {
  try {
    for (const program of ['cjpeg', 'jpegtran'] as const)
      execFileSync(`/usr/bin/${program}`, ['-version'], { stdio: 'ignore' });
    return true;
  } catch (thrown) {
    if (process.env['KUVA_TEST_REQUIRE'] === 'all') {
      throw new Error(
        'KUVA_TEST_REQUIRE=all, but there is no cjpeg or jpegtran (Debian: apt install libjpeg-turbo-progs)',
        { cause: thrown },
      );
    }
    console.warn(
      'Skipped: what cjpeg must write, which is not on this machine (Debian: apt install libjpeg-turbo-progs)',
    );
    return false;
  }
}

/** A JPEG of these pixels. @param settings as `man cjpeg` has them */
export function cjpeg({ data, width, height, channels }: Pixels, settings: readonly string[]): Buffer {
  // man 5 ppm, man 5 pgm.
  const head = `${channels === 1 ? 'P5' : 'P6'}\n${width} ${height}\n255\n`;
  return run('cjpeg', settings, Buffer.concat([Buffer.from(head), data]));
}

/** The same coefficients, coded in another way. @param settings as `man jpegtran` has them */
export function jpegtran(jpeg: Buffer, settings: readonly string[]): Buffer {
  return run('jpegtran', ['-copy', 'all', ...settings], jpeg);
}

function run(program: Program, settings: readonly string[], input: Buffer): Buffer {
  return execFileSync(`/usr/bin/${program}`, [...settings], {
    input,
    maxBuffer: 2 ** 27,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** The real ImageMagick 6, which the tutorial's script used, to compare with. */
import { execFileSync } from 'node:child_process';

/** Debian's own name for it first: `convert` in the PATH may be another program. */
const candidates = ['/usr/bin/convert-im6.q16', '/usr/bin/convert', 'convert'];

/** The program, or undefined when this machine has none. With KUVA_TEST_REQUIRE=all that is an error. */
export const imageMagick = find();

function find(): string | undefined {
  for (const program of candidates) {
    try {
      const version = execFileSync(program, ['-version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      if (/^Version: ImageMagick 6\..* Q16/m.test(version)) return program;
    } catch {
      // Not there, or not it.
    }
  }
  if (process.env['KUVA_TEST_REQUIRE'] === 'all') {
    throw new Error(
      'KUVA_TEST_REQUIRE=all, but there is no ImageMagick 6 Q16 (Debian: apt install imagemagick)',
    );
  }
  console.warn(
    'Skipped: comparisons with ImageMagick, which is not on this machine (Debian: apt install imagemagick)',
  );
  return undefined;
}

/** Runs `convert` on bytes. @param format ImageMagick's name of the input's and, unless told, the output's format */
export function convert(input: Buffer, format: string, settings: readonly string[], output = format): Buffer {
  if (imageMagick === undefined) throw new Error('no ImageMagick');
  return execFileSync(imageMagick, [`${format}:-`, ...settings, `${output}:-`], {
    input,
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** Makes a picture of its own. */
export function generate(settings: readonly string[]): Buffer {
  if (imageMagick === undefined) throw new Error('no ImageMagick');
  return execFileSync(imageMagick, [...settings], {
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

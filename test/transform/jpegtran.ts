/** libjpeg-turbo's own `jpegtran`, to compare with. */
import { execFileSync } from 'node:child_process';

/** Is it on this machine? With KUVA_TEST_REQUIRE=all it must be. */
export const hasJpegtran = look();

function look(): boolean {
  try {
    execFileSync('jpegtran', ['-version'], { stdio: ['ignore', 'ignore', 'pipe'], input: '' });
    return true;
  } catch (thrown) {
    // An old one writes its version and then wants an image.
    if (thrown instanceof Error && !('code' in thrown && thrown.code === 'ENOENT')) return true;
  }
  if (process.env['KUVA_TEST_REQUIRE'] === 'all')
    throw new Error(
      'KUVA_TEST_REQUIRE=all, but there is no jpegtran (Debian: apt install libjpeg-turbo-progs)',
    );
  console.warn(
    'Skipped: comparisons with jpegtran, which is not on this machine (Debian: apt install libjpeg-turbo-progs)',
  );
  return false;
}

/** Runs it on bytes. */
export function jpegtran(input: Buffer, settings: readonly string[]): Buffer {
  return execFileSync('jpegtran', ['-copy', 'none', ...settings], {
    input,
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

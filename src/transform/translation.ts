/** What sharp and libvips throw, translated in one place. They give texts, so the patterns are kept as data. */
import { KuvaError, type FailureCode } from '../image/failure.ts';

interface Pattern {
  readonly matches: RegExp;
  readonly code: Extract<
    FailureCode,
    'transform-timeout' | 'transform-failed' | 'image-damaged' | 'step-impossible' | 'format-unsupported'
  >;
  readonly what: string;
  readonly remedy: string;
}

const again = 'Open it in an image viewer; if the original is sound, upload it again.';

/** The first that matches counts. */
const patterns: readonly Pattern[] = [
  {
    matches: /^timeout: \d+% complete/,
    code: 'transform-timeout',
    what: 'The image took longer than the time limit',
    remedy: 'Raise limits.time in the configuration, or take costly steps out of the recipe.',
  },
  {
    matches: /out of memory|unable to allocate|allocate enough memory|Cannot allocate/i,
    code: 'transform-failed',
    what: 'There was not enough memory for the image',
    remedy:
      'Lower worker.memory or worker.concurrency in the configuration, or use a machine with more memory.',
  },
  {
    matches: /too large for the (\w+) format/,
    code: 'step-impossible',
    what: 'The result would have more pixels a side than its format can hold',
    remedy: 'Resize it in the recipe, or convert to PNG or TIFF.',
  },
  {
    matches:
      /not a whole number of bytes|unsupported (tiff|compression|image type|bit depth|bits per sample)|compression .*not (configured|supported)|Unsupported (codec|feature)|not supported by libheif|Support for .* is not|unsupported number of components|JPEG compression (scheme|support)/i,
    code: 'format-unsupported',
    what: 'The image is stored in a way that cannot be read',
    remedy: 'Save it with another program, as an ordinary JPEG, PNG or TIFF, and upload that.',
  },
];

/**
 * @param thrown what a pass through libvips threw
 * @param otherwise the code when no pattern matches: `image-damaged` while the input is read, `transform-failed` after
 */
export function translated(thrown: unknown, otherwise: 'image-damaged' | 'transform-failed'): KuvaError {
  if (thrown instanceof KuvaError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const known = patterns.find(({ matches }) => matches.test(text));
  const detail = firstLine(text);
  const data = 'The input stays where it is, and nothing was written.';
  if (known !== undefined) {
    const { code, what, remedy } = known;
    return new KuvaError(code, { what: `${what} (${detail})`, data, remedy, cause: thrown });
  }
  return otherwise === 'image-damaged'
    ? new KuvaError(otherwise, {
        what: `The image is damaged or cut short (${detail})`,
        data,
        remedy: again,
        cause: thrown,
      })
    : new KuvaError(otherwise, {
        what: `The image could not be transformed (${detail})`,
        data,
        remedy: 'Try it alone with `kuva try`; if it fails there too, please report it with the image.',
        cause: thrown,
      });
}

/** libvips stacks its messages, one a line, the same one often more than once. */
function firstLine(text: string): string {
  const lines = text
    .replace(/^Input buffer has corrupt header:\s*/, 'its header is corrupt\n')
    .split('\n')
    // Which part of libvips says it helps nobody.
    .map((line) => line.trim().replace(/^(Vips\w+|\w+2vips|\w+load_buffer|\w+): /, ''))
    .filter((line) => line !== '');
  return [...new Set(lines)].slice(0, 2).join('; ').slice(0, 200);
}

/** What becomes of one picture of each kind, as rows of docs/formats.md: found out by reading, writing and comparing. */
import { defaultRecipe } from '../../src/image/recipe.ts';
import type { FormatKind } from './formatKinds.ts';
import { convert } from './imagemagick.ts';
import type { Recipe } from '../../src/image/recipe.ts';
import type { MadeImage, Transformer } from '../../src/transform/contract.ts';
import { exactPages } from '../../src/transform/tiff/exact/layout.ts';
import { readRaster } from '../../src/transform/tiff/exact/raster.ts';
import { readTiff } from '../../src/transform/tiff/read.ts';
import { recipeOf } from './kit.ts';
import { difference, samples } from './samples.ts';

const columns = [
  'Format',
  'Bits',
  'Colours',
  'Pages',
  'Read',
  'Written',
  'Negated twice',
  'Negated once, beside ImageMagick 6',
];

/**
 * @param transformer the product's own, in a process of its own: nothing that the test has loaded is in it
 * @returns a table in Markdown
 */
export async function formatTable(kinds: readonly FormatKind[], transformer: Transformer): Promise<string> {
  const rows = [columns, columns.map(() => '---')];
  for (const kind of kinds) rows.push(await rowOf(kind, transformer));
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function rowOf(kind: FormatKind, transformer: Transformer): Promise<string[]> {
  const { format, bits, colours, pages = 'one', make, magick } = kind;
  const source = await make();
  const made = (bytes: Uint8Array, recipe: Recipe) => makeOne(transformer, bytes, recipe);
  const about = [format, bits, colours, pages];
  const refused = await refusalOf(transformer.inspect(source));
  if (refused !== undefined) return [...about, `no: ${refused}`, '–', '–', '–'];
  const kept = await made(source, defaultRecipe).catch(() => undefined);
  // What is not written goes through a TIFF, as its reader would be told to.
  const plain = kept === undefined ? (await made(source, recipeOf({ convert: 'tiff' }))).bytes : source;
  const once = kept ?? (await made(plain, defaultRecipe));
  const twice = await made(once.bytes, defaultRecipe);
  const facts = await transformer.inspect(plain);
  const again = facts.exact ? besideExact(plain, twice.bytes) : await besideSource(plain, twice.bytes, pages);
  return [
    ...about,
    'yes',
    kept !== undefined ? 'yes' : 'as PNG, TIFF, …',
    again,
    magick === undefined
      ? '–'
      : besideMagick(source, await made(source, recipeOf('negate', { convert: 'tiff' })), magick),
  ];
}

async function besideSource(plain: Uint8Array, twice: Uint8Array, pages: string): Promise<string> {
  const options = pages === 'one' ? {} : { pages: -1 };
  const { max } = difference(await samples(plain, options), await samples(twice, options));
  return max === 0 ? 'exactly the source' : 'coded with loss again';
}

/** Samples that sharp cannot hand out, as kuva reads them. */
function besideExact(plain: Uint8Array, twice: Uint8Array): string {
  const [before, after] = [plain, twice].map((bytes) => {
    const file = readTiff(Buffer.from(bytes));
    const [page] = exactPages(file);
    if (page === undefined) throw new Error('no page');
    return { ...page, data: readRaster(file, page).data };
  });
  if (before === undefined || after === undefined) throw new Error('no pages');
  if (before.data.equals(after.data)) return 'exactly the source';
  if (before.kind !== 'float' || before.bytes !== 4) return 'not the source';
  for (let at = 0; at < before.data.length; at += 4)
    if (Math.abs(before.data.readFloatLE(at) - after.data.readFloatLE(at)) > 2 ** -24)
      return 'not the source';
  return 'within 1/16,777,216';
}

async function makeOne(transformer: Transformer, bytes: Uint8Array, recipe: Recipe): Promise<MadeImage> {
  const [only] = await transformer.apply(bytes, await transformer.inspect(bytes), recipe);
  if (only === undefined) throw new Error('no output');
  return only;
}

async function refusalOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
}

/** Levels of 255 within which two readers may be, and what the table says of it. */
const words = [
  [0, 'every pixel'],
  [1, 'within 1 level'],
  [3, 'within 3 levels'],
] as const;

/** The source read and negated by kuva, and by ImageMagick alone; a TIFF keeps whatever was read. */
function besideMagick(source: Buffer, ours: MadeImage, format: string): string {
  const read = (bytes: Buffer, name: string, settings: readonly string[]) =>
    convert(
      bytes,
      name,
      ['-coalesce', ...settings, '-alpha', 'off', '-depth', '16', '-endian', 'LSB'],
      'rgb',
    );
  const [theirs, mine] = [read(source, format, ['-negate']), read(Buffer.from(ours.bytes), 'tiff', [])];
  let worst = theirs.length === mine.length ? 0 : Number.POSITIVE_INFINITY;
  for (let at = 0; at < mine.length; at += 2)
    worst = Math.max(worst, Math.abs(mine.readUInt16LE(at) - theirs.readUInt16LE(at)));
  const found = words.find(([levels]) => worst <= levels * 257)?.[1];
  return found ?? `differs by ${Math.round(worst / 257)} levels`;
}

/** A recipe is tried on a picture before anything runs: by the very code that would run, and nothing of it stays. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/config/readRecipe.ts';
import { withKnownFiles } from '../../../src/dashboard/previews/tryRecipe.ts';
import { temporaryFolder } from '../../whole/kuva.ts';
import { triedSchema } from '../../../src/dashboard/api/schemas/previews.ts';
import { errorSchema } from '../../../src/dashboard/api/schemas/words.ts';
import { keysIn } from '../../pipeline/kit.ts';
import { makeJpeg, makeTiffStack } from '../../pictures/photos.ts';
import { textFile } from '../../pictures/broken.ts';
import { own } from '../kit.ts';
import { openPreviewsKit } from './kit.ts';

const two = `recipe:
  - name: small
    key: small/{dir}{stem}{ext}
    steps: [resize: { width: 40 }, convert: { format: webp }]
  - name: grey
    steps: [grayscale]
`;

const path = (yaml?: string): string =>
  yaml === undefined ? '/recipe/try' : `/recipe/try?${new URLSearchParams({ recipe: yaml }).toString()}`;

describe('trying a recipe', () => {
  it('shows what the one in force makes of an image, and stores nothing', async () => {
    const kit = await openPreviewsKit();
    const bytes = await makeJpeg({ width: 80, height: 60 });
    const tried = triedSchema.strict().parse(JSON.parse((await kit.post(path(), bytes)).text));
    expect(tried.before).toMatchObject({ width: 80, height: 60, format: 'jpeg', bytes: bytes.length });
    expect(tried.outputs).toMatchObject([{ name: 'image', width: 80, height: 60, format: 'jpeg' }]);
    const [before, after] = await Promise.all(
      [tried.before, ...tried.outputs].map(({ data }) => sharp(Buffer.from(data, 'base64')).stats()),
    );
    expect((before?.channels[0]?.mean ?? 0) + (after?.channels[0]?.mean ?? 0)).toBeCloseTo(255, -1);
    expect([await keysIn(kit.input), await keysIn(kit.output)]).toEqual([[], []]);
    expect((await kit.ledger.counts()).queued).toBe(0);
  });

  it('shows every output of another recipe, and tells what the pictures do not show', async () => {
    const kit = await openPreviewsKit();
    const bytes = await makeTiffStack({ width: 80, height: 60 });
    const { outputs, warnings } = triedSchema.parse(JSON.parse((await kit.post(path(two), bytes)).text));
    expect(outputs).toMatchObject([
      { name: 'small', width: 40, format: 'webp' },
      { name: 'grey', width: 80 },
    ]);
    expect(warnings).toEqual([expect.stringMatching(/pages or frames/)]);
  });

  it('says what is wrong with the recipe or the image', async () => {
    const kit = await openPreviewsKit();
    const bytes = await makeJpeg({ width: 80, height: 60 });
    for (const [yaml, body, status, what] of [
      ['recipe: { steps: [blurr] }', bytes, 400, /The recipe:1/],
      ['recipe: { steps: [crop: { left: 500, top: 0, width: 10, height: 10 }] }', bytes, 422, /./],
      [undefined, textFile, 415, /./],
      [undefined, Buffer.alloc(0), 415, /./],
      [undefined, Buffer.alloc(11_000_000), 413, /larger than 10/],
    ] as const) {
      const answer = await kit.post(path(yaml), body);
      expect([answer.status, errorSchema.parse(JSON.parse(answer.text)).error.what]).toEqual([
        status,
        expect.stringMatching(what),
      ]);
    }
    expect(kit.troubles).toEqual([]);
  });

  it('reads no file of the machine that the recipe in force does not name', async () => {
    const kit = await openPreviewsKit();
    const yaml = 'recipe: { steps: [composite: { file: /etc/passwd }] }';
    const answer = await kit.post(path(yaml), await makeJpeg({ width: 80, height: 60 }));
    expect(errorSchema.parse(JSON.parse(answer.text)).error.what).toBe(
      'The picture /etc/passwd is in no recipe in force, and no other file is read for a trial',
    );
  });

  it('runs no program and no module that the recipe in force does not run', async () => {
    const kit = await openPreviewsKit();
    const folder = await temporaryFolder();
    const [ran, module] = [join(folder, 'ran'), join(folder, 'evil.mjs')];
    await writeFile(
      module,
      `import fs from 'node:fs'; fs.writeFileSync('${ran}', ''); export default (i) => i;`,
    );
    for (const step of [`command: { run: [touch, ${ran}] }`, `module: { file: ${module} }`]) {
      const answer = await kit.post(
        path(`recipe: { steps: [${step}] }`),
        await makeJpeg({ width: 80, height: 60 }),
      );
      expect([answer.status, errorSchema.parse(JSON.parse(answer.text)).error.what]).toEqual([
        400,
        expect.stringMatching(/is in no recipe in force/),
      ]);
    }
    expect(await readdir(folder)).toEqual(['evil.mjs']);
  });

  it('knows the steps in force again, whose digests nobody types', () => {
    const step = 'command: { run: [convert, -negate, "{in}", "{out}"]';
    const written = readRecipe(`recipe: { steps: [${step} }] }`);
    const noted = readRecipe(`recipe: { steps: [${step}, sha256: { convert: '${'ab'.repeat(32)}' } }] }`);
    expect(withKnownFiles(written, [noted])).toEqual(noted);
    const other = readRecipe('recipe: { steps: [command: { run: [convert, -flip, "{in}", "{out}"] }] }');
    expect(() => withKnownFiles(other, [noted])).toThrow(/in no recipe in force/);
  });

  it('is refused to pages of other sites', async () => {
    const kit = await openPreviewsKit();
    const answer = await kit.post(path(), textFile, { ...own(kit.url), origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
  });
});

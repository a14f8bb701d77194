/** The tables in docs/formats.md are what is found out here. `npm run formats` writes them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillParts } from '../../src/config/reference.ts';
import { createIsolatedTransformer } from '../../src/transform/isolated/transformer.ts';
import { realDecoder } from '../processes/decoders.ts';
import { toleranceTable } from './agreement/steps.ts';
import { formatKinds } from './formatKinds.ts';
import { formatTable } from './formatTable.ts';
import { imageMagick } from './imagemagick.ts';
import { limits } from './kit.ts';

const page = 'docs/formats.md';

describe.skipIf(imageMagick === undefined)('docs/formats.md', () => {
  it('says what reading, writing and comparing one picture of each kind shows', async () => {
    const transformer = createIsolatedTransformer(limits, { size: 1, program: realDecoder });
    onTestFinished(() => transformer.close());
    const formats = await formatTable(formatKinds, transformer);
    const text = fillParts(readFileSync(page, 'utf8'), { formats, agreement: toleranceTable() });
    await expect(text).toMatchFileSnapshot(`../../${page}`);
  }, 900_000);
});

/** The tables in docs/formats.md are what is found out here. `npm run formats` writes them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillParts } from '../../src/config/reference.ts';
import { createIsolatedTransformer } from '../../src/transform/isolated/transformer.ts';
import { readingPrograms } from '../../src/transform/limits.ts';
import { removeScratch } from '../../src/transform/own/scratch.ts';
import { loadPrograms } from '../../src/transform/programs/load.ts';
import { realDecoder } from '../processes/decoders.ts';
import { toleranceTable } from './agreement/steps.ts';
import { hasPrograms } from './deep.ts';
import { formatKinds } from './formatKinds.ts';
import { formatTable } from './formatTable.ts';
import { imageMagick } from './imagemagick.ts';
import { limits } from './kit.ts';

const page = 'docs/formats.md';

describe.skipIf(imageMagick === undefined || !hasPrograms)('docs/formats.md', () => {
  it('says what reading, writing and comparing one picture of each kind shows', async () => {
    const allowed = { ...limits, programs: [...readingPrograms] };
    const tools = await loadPrograms(allowed, '/', undefined);
    if (tools === undefined) throw new Error('no programs');
    const transformer = createIsolatedTransformer(allowed, { size: 1, tools, program: realDecoder });
    onTestFinished(() => transformer.close().then(() => removeScratch(tools)));
    const formats = await formatTable(formatKinds, transformer);
    const text = fillParts(readFileSync(page, 'utf8'), { formats, agreement: toleranceTable() });
    await expect(text).toMatchFileSnapshot(`../../${page}`);
  }, 900_000);
});

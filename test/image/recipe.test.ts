import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseObjectKey } from '../../src/image/key.ts';
import {
  convertedFormat,
  defaultRecipe,
  keyOfOutput,
  recipeDigest,
  recipeSchema,
  recipeText,
} from '../../src/image/recipe.ts';

const recipe = (...outputs: unknown[]) => recipeSchema.parse({ outputs });
const message = (...outputs: unknown[]) =>
  recipeSchema
    .safeParse({ outputs })
    .error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('\n');

describe('a recipe', () => {
  it('is by default the tutorial’s', () => {
    expect(defaultRecipe.outputs).toEqual([
      {
        name: 'image',
        key: '{dir}negated_{name}',
        steps: [{ step: 'negate', alpha: false }],
        metadata: 'keep',
        lossless: 'auto',
      },
    ]);
  });

  it('has one digest in every spelling and order of its settings', () => {
    const one = recipe({ steps: ['flop', { resize: { width: 8, height: 9 } }], name: 'a' });
    const other = recipe({
      name: 'a',
      steps: [{ flip: { axis: 'horizontal' } }, { resize: { height: 9, width: 8, fit: 'inside' } }],
    });
    expect(recipeDigest(one)).toBe(recipeDigest(other));
  });

  it('has another digest when anything else is asked for', () => {
    const base = { steps: ['negate', { resize: { width: 8 } }] };
    const digests = [
      recipe(base),
      recipe({ ...base, metadata: 'strip' }),
      recipe({ ...base, key: 'x/{name}' }),
      recipe({ steps: [{ resize: { width: 8 } }, 'negate'] }),
      recipe({ steps: ['negate', { resize: { width: 9 } }] }),
      recipe({ steps: ['negate', { resize: { width: 8 } }, { convert: 'png' }] }),
    ].map(recipeDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('is read back from its text', () => {
    const all = recipe({
      steps: [
        'auto-orient',
        { resize: { width: 8 } },
        { tint: { colour: '#123' } },
        { convert: { format: 'webp', quality: 7 } },
      ],
    });
    expect(recipeSchema.parse(JSON.parse(recipeText(all)))).toEqual(all);
  });

  it.each([
    ['an unknown setting', [{ step: ['negate'] }], /^outputs\.0: Unrecognized key: "step"/],
    [
      'a mistake in a step',
      [{ steps: ['negate', { resize: { widht: 3 } }] }],
      /^outputs\.0\.steps\.1\.resize: /,
    ],
    ['a bad key', [{ key: 'fixed' }], /^outputs\.0\.key: bad key pattern: every image/],
    ['a bad name', [{ name: 'My Output' }], /^outputs\.0\.name: expected a short name/],
    ['no output', [], /^outputs: /],
    [
      'convert before other steps',
      [{ steps: [{ convert: 'png' }, 'negate'] }],
      /^outputs\.0\.steps\.0: convert must be the last/,
    ],
    [
      'two conversions',
      [{ steps: [{ convert: 'png' }, { convert: 'webp' }] }],
      /^outputs\.0\.steps\.0: convert must be the last/,
    ],
    ['two outputs of one name', [{}, { key: 'x/{name}' }], /^outputs\.1\.name: two outputs are named image/],
    ['two outputs under one key', [{}, { name: 'b' }], /^outputs\.1\.key: two outputs/],
  ])('with %s is refused, and the message says where', (_title, outputs, expected) => {
    expect(message(...outputs)).toMatch(expected);
  });

  it('is refused when its outputs meet for some inputs only', () => {
    const small = { name: 'small', key: '{dir}{stem}{ext}', steps: [{ convert: 'jpeg' }] };
    expect(message({ key: '{dir}{name}' }, small)).toMatch(/one key, for an input such as .*\.jpg/);
    expect(message({ key: '{dir}{name}' }, { name: 'b', key: '{key}' })).toMatch(/one key/);
    expect(message({ key: 'a/{name}' }, { name: 'b', key: '{dir}{name}' })).toBeUndefined();
  });

  it('may give two outputs one pattern when their extensions differ', () => {
    const two = ['png', 'webp'].map((format) => ({
      name: format,
      key: '{stem}{ext}',
      steps: [{ convert: format }],
    }));
    expect(message(...two)).toBeUndefined();
  });

  it('describes itself as it is written in a file', () => {
    const schema = JSON.stringify(z.toJSONSchema(recipeSchema, { io: 'input' }));
    expect(schema).toContain('"default":["negate"]');
    expect(schema).not.toContain('"step"');
  });
});

describe('the key and format of an output', () => {
  const input = parseObjectKey('a/cat.JPG');

  it('follow the convert step', () => {
    const [output] = recipe({ key: '{dir}{stem}{ext}', steps: ['negate', { convert: 'tiff' }] }).outputs;
    if (output === undefined) throw new Error('no output');
    expect(convertedFormat(output)).toBe('tiff');
    expect(String(keyOfOutput(output, input))).toBe('a/cat.tif');
  });

  it('stay as they were without one', () => {
    const [output] = recipe({ key: '{dir}{stem}{ext}' }).outputs;
    if (output === undefined) throw new Error('no output');
    expect(convertedFormat(output)).toBeUndefined();
    expect(String(keyOfOutput(output, input))).toBe('a/cat.JPG');
  });
});

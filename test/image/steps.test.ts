import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Step, stepSchema, stepTitles } from '../../src/image/steps.ts';

const message = (step: unknown) => {
  const { error } = stepSchema.safeParse(step);
  return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
};

describe('a step', () => {
  it.each([
    ['negate', { negate: {} }],
    ['negate', { negate: null }],
    ['negate', { negate: { alpha: false } }],
    ['flop', { flip: { axis: 'horizontal' } }],
    ['flop', { flop: {} }],
    ['flip', { flip: { axis: 'vertical' } }],
    ['normalise', 'normalize'],
    ['grayscale', 'greyscale'],
    [{ convert: 'png' }, { convert: { format: 'png' } }],
    [{ convert: 'jpeg' }, { convert: { quality: 90, format: 'jpeg' } }],
    [{ resize: { width: 8 } }, { resize: { fit: 'inside', width: 8 } }],
    [{ flatten: { background: '#FFF' } }, 'flatten'],
    [{ tint: { colour: '#ABC' } }, { tint: { colour: '#aabbccff' } }],
  ])('is the same in every spelling: %j and %j', (one, other) => {
    expect(stepSchema.parse(one)).toEqual(stepSchema.parse(other));
  });

  const examples: Record<Step['step'], unknown> = {
    negate: 'negate',
    grayscale: 'grayscale',
    resize: { resize: { width: 10 } },
    crop: { crop: { width: 5, height: 4 } },
    rotate: { rotate: { angle: 12 } },
    'auto-orient': 'auto-orient',
    flip: 'flip',
    blur: 'blur',
    sharpen: 'sharpen',
    gamma: 'gamma',
    normalise: 'normalise',
    modulate: 'modulate',
    tint: { tint: { colour: 'white' } },
    flatten: 'flatten',
    composite: { composite: { file: 'mark.png' } },
    trim: 'trim',
    extend: { extend: { top: 1 } },
    measure: { measure: ['blur'] },
    command: { command: ['convert', '{in}', '{out}'] },
    module: { module: 'count.ts' },
    convert: { convert: 'avif' },
  };

  it.each(
    Object.entries(examples),
  )('%s is parsed, and what was parsed is parsed to itself', (name, spelled) => {
    const parsed = stepSchema.parse(spelled);
    expect(parsed.step).toBe(name);
    expect(stepSchema.parse(parsed)).toEqual(parsed);
  });

  it.each([
    ['resise', /there is no step "resise"; there are negate, .*convert, flop/],
    [7, /expected a step such as/],
    [['negate'], /expected a step such as/],
    [{}, /this one has none/],
    [{ negate: {}, blur: {} }, /this one has negate, blur/],
    [{ resize: 800 }, /resize takes its settings as a map/],
    [{ resize: { widht: 8 } }, /^resize: Unrecognized key: "widht"/],
    [{ resize: { width: 0 } }, /^resize\.width: /],
    [{ resize: {} }, /needs a width, a height, or both/],
    [{ extend: {} }, /at least one of/],
    [{ normalise: { lower: 50, upper: 50 } }, /lower must be less/],
    [{ composite: { file: 'a.png', left: 3 } }, /left and top go together/],
    [{ convert: 'bmp' }, /^convert\.format: .*'jpeg'/],
    [{ convert: { format: 'png', quality: 5 } }, /^convert: Unrecognized key: "quality"/],
    [{ tint: { colour: 'reddish' } }, /^tint\.colour: expected a colour such as/],
    [{ rotate: { angle: '90' } }, /^rotate\.angle: /],
    ['constructor', /there is no step "constructor"/],
    [{ __proto__: null, toString: {} }, /there is no step "toString"/],
  ])('%j is refused with where and why', (spelled, expected) => {
    expect(message(spelled)).toMatch(expected);
  });

  it('names the unknown settings, so that the loader can suggest what was meant', () => {
    const { error } = stepSchema.safeParse({ resize: { widht: 8 } });
    expect(error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['widht'], path: ['resize'] });
  });
});

describe('the JSON Schema of a step', () => {
  const described = z.object({
    anyOf: z.array(
      z.object({
        enum: z.array(z.string()).optional(),
        title: z.string().optional(),
        description: z.string().optional(),
        properties: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  });
  const { anyOf } = described.parse(z.toJSONSchema(stepSchema, { io: 'input' }));

  it('has every step, with what it does', () => {
    const maps = anyOf.filter(({ properties }) => properties !== undefined);
    expect(maps.map(({ title }) => title).sort()).toEqual(Object.keys(stepTitles).sort());
    for (const { description } of maps) expect(description?.length).toBeGreaterThan(5);
  });

  it('offers as bare words those that are steps without settings', () => {
    const words = anyOf.flatMap((option) => option.enum ?? []);
    expect(words).toContain('negate');
    for (const word of words) expect(message(word), word).toBeUndefined();
    for (const word of Object.keys(stepTitles).filter((name) => !words.includes(name))) {
      expect(message(word), word).toBeDefined();
    }
  });

  it('describes every setting, and shows its default', () => {
    const text = JSON.stringify(anyOf);
    const settings = z.record(z.string(), z.object({ description: z.string().min(5) }));
    for (const { title, properties } of anyOf) {
      if (properties === undefined || title === undefined || title === 'convert') continue;
      // Some can be written as their one setting: then as a map all the same.
      const asMap = z.object({ anyOf: z.tuple([z.unknown()], z.unknown()) }).safeParse(properties[title]);
      const inner = z.object({ properties: z.unknown() }).parse(asMap.data?.anyOf[0] ?? properties[title]);
      settings.parse(inner.properties);
    }
    expect(text).toContain('"default":"inside"');
    expect(text).toContain('"default":"white"');
  });
});

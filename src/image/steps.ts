/**
 * The steps of a recipe. In a configuration file a step is a bare word (`negate`) or a map of one key
 * (`resize: { width: 800 }`); parsed, it is one member of the union {@link Step} with every default filled in, so
 * that two spellings of one step give one recipe and one digest.
 */
import { z } from 'zod';
import * as colours from './settings/colours.ts';
import { compositeSettings } from './settings/composite.ts';
import { convertFormats, convertSchema, convertSchemas } from './settings/convert.ts';
import * as detail from './settings/detail.ts';
import * as geometry from './settings/geometry.ts';
import { measureSettings } from './settings/measure.ts';
import { commandFault, commandSettings, moduleSettings } from './settings/ownSteps.ts';
import { shorthandOf } from './shorthand.ts';

const named = <Name extends string, Shape extends z.core.$ZodShape>(name: Name, shape: Shape) =>
  z.strictObject({ step: z.literal(name), ...shape });

const plainSteps = {
  negate: named('negate', colours.negateSettings),
  grayscale: named('grayscale', colours.grayscaleSettings),
  resize: named('resize', geometry.resizeSettings),
  crop: named('crop', geometry.cropSettings),
  rotate: named('rotate', geometry.rotateSettings),
  'auto-orient': named('auto-orient', geometry.autoOrientSettings),
  flip: named('flip', geometry.flipSettings),
  blur: named('blur', detail.blurSettings),
  sharpen: named('sharpen', detail.sharpenSettings),
  gamma: named('gamma', colours.gammaSettings),
  normalise: named('normalise', colours.normaliseSettings),
  modulate: named('modulate', colours.modulateSettings),
  tint: named('tint', colours.tintSettings),
  flatten: named('flatten', colours.flattenSettings),
  composite: named('composite', compositeSettings),
  trim: named('trim', geometry.trimSettings),
  extend: named('extend', geometry.extendSettings),
  measure: named('measure', measureSettings),
  command: named('command', commandSettings),
  module: named('module', moduleSettings),
} as const;

/** What each step does, for the configuration reference. */
export const stepTitles = {
  negate: 'Inverts the colours; transparency stays.',
  grayscale: 'Leaves brightness alone.',
  resize: 'Changes the size in pixels.',
  crop: 'Keeps a rectangle.',
  rotate: 'Turns the image.',
  'auto-orient': 'Turns the pixels upright as the camera’s orientation tag says, and clears the tag.',
  flip: 'Mirrors the image.',
  blur: 'Blurs.',
  sharpen: 'Sharpens.',
  gamma: 'Brightens or darkens the middle tones.',
  normalise: 'Stretches brightness to the full range.',
  modulate: 'Changes brightness, saturation and hue.',
  tint: 'Gives the image one colour.',
  flatten: 'Puts a background behind transparency.',
  composite: 'Lays a picture, e.g. a watermark, over the image.',
  trim: 'Cuts away a border of one colour.',
  extend: 'Adds edges.',
  measure: 'Measures the image as it is then, for the ledger; it goes on as it was.',
  command: 'Runs a program on the image: see docs/steps.md.',
  module: 'Calls a function of a JavaScript or TypeScript module with the image: see docs/steps.md.',
  convert: 'Writes another format; the last step where there is one.',
} as const satisfies Record<Step['step'], string>;

const canonicalSchema = z.discriminatedUnion('step', [
  plainSteps.negate,
  plainSteps.grayscale,
  plainSteps.resize,
  plainSteps.crop,
  plainSteps.rotate,
  plainSteps['auto-orient'],
  plainSteps.flip,
  plainSteps.blur,
  plainSteps.sharpen,
  plainSteps.gamma,
  plainSteps.normalise,
  plainSteps.modulate,
  plainSteps.tint,
  plainSteps.flatten,
  plainSteps.composite,
  plainSteps.trim,
  plainSteps.extend,
  plainSteps.measure,
  plainSteps.command,
  plainSteps.module,
  convertSchema,
]);

export type Step = z.infer<typeof canonicalSchema>;
export type StepName = Step['step'];
export type StepOf<Name extends StepName> = Extract<Step, { step: Name }>;

/** Steps that see the image as a whole, and not as pixels on their way through libvips. */
const apart = ['measure', 'command', 'module'] as const;
export type ApartStep = StepOf<(typeof apart)[number]>;

/** Steps that change pixels within libvips. */
export type DrawnStep = Exclude<Step, ApartStep | { step: 'convert' }>;

export function isApart(step: Step): step is ApartStep {
  return apart.some((name) => name === step.step);
}

export function isDrawn(step: Step): step is DrawnStep {
  return step.step !== 'convert' && !isApart(step);
}

/** Steps that are understood under another name too. */
const aliases: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  flop: { step: 'flip', axis: 'horizontal' },
  grey: { step: 'grayscale' },
  greyscale: { step: 'grayscale' },
  normalize: { step: 'normalise' },
};

let choices: readonly Record<string, unknown>[] | undefined;

/** One step, in either spelling of a configuration file, or already parsed. */
export const stepSchema = z
  .unknown()
  // For editors and the reference alone, and made when they ask: every worker and every decoder reads this file.
  .meta({
    get anyOf() {
      return (choices ??= stepChoices());
    },
  })
  .transform((spelled, context): Step => {
    const expanded = expand(spelled);
    if (typeof expanded === 'string') {
      context.addIssue({ code: 'custom', message: expanded, input: spelled });
      return z.NEVER;
    }
    const parsed = canonicalSchema.safeParse(expanded.value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const told = { message: issue.message, path: [...expanded.path, ...issue.path] };
        // With its keys, not as text alone: the configuration loader suggests the setting that was meant.
        if (issue.code === 'unrecognized_keys') {
          context.addIssue({ ...told, code: issue.code, keys: issue.keys, input: expanded.value });
        } else {
          context.addIssue({ ...told, code: 'custom', input: spelled });
        }
      }
      return z.NEVER;
    }
    const message = fault(parsed.data);
    if (message === undefined) return parsed.data;
    context.addIssue({ code: 'custom', message, path: [...expanded.path], input: spelled });
    return z.NEVER;
  });

interface Expanded {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where in what was spelled the settings stand. */
  readonly path: readonly string[];
}

/** `negate` → `{step: negate}`, `{resize: {width: 8}}` → `{step: resize, width: 8}`; a text says what is wrong. */
function expand(spelled: unknown): Expanded | string {
  if (typeof spelled === 'string') return expandNamed(spelled, {}, []);
  if (!isMap(spelled)) return `expected a step such as negate or resize: { width: 800 }`;
  if (typeof spelled['step'] === 'string') return { value: spelled, path: [] };
  const keys = Object.keys(spelled);
  const [name] = keys;
  if (name === undefined || keys.length > 1) {
    return `a step has one name, and this one has ${keys.length === 0 ? 'none' : keys.join(', ')}: begin each step with a dash of its own`;
  }
  const settings = spelled[name];
  if (name === 'convert' && typeof settings === 'string')
    return expandNamed(name, { format: settings }, [name]);
  const short = shorthandOf(name);
  if (short !== undefined && short.fits(settings))
    return expandNamed(name, { [short.setting]: settings }, [name]);
  if (settings === null || settings === undefined) return expandNamed(name, {}, [name]);
  if (!isMap(settings)) return `${name} takes its settings as a map, such as ${name}: { … }`;
  return expandNamed(name, settings, [name]);
}

function expandNamed(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  path: string[],
): Expanded | string {
  if (Object.hasOwn(stepTitles, name)) return { value: { ...settings, step: name }, path };
  if (Object.hasOwn(aliases, name)) return { value: { ...settings, ...aliases[name] }, path };
  return `there is no step ${JSON.stringify(name)}; there are ${[...Object.keys(stepTitles), 'flop'].join(', ')}`;
}

/** What the schemas of single settings cannot say. */
function fault(step: Step): string | undefined {
  switch (step.step) {
    case 'resize':
      return step.width === undefined && step.height === undefined
        ? 'resize needs a width, a height, or both'
        : undefined;
    case 'extend':
      return step.top + step.right + step.bottom + step.left === 0
        ? 'extend needs at least one of top, right, bottom and left'
        : undefined;
    case 'normalise':
      return step.lower >= step.upper ? 'lower must be less than upper' : undefined;
    case 'command':
      return commandFault(step);
    case 'composite':
      return (step.left === undefined) !== (step.top === undefined) ? 'left and top go together' : undefined;
    default:
      return undefined;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Both spellings in JSON Schema: what editors complete and what the reference is made from. */
function stepChoices(): readonly Record<string, unknown>[] {
  const bare = Object.entries(plainSteps)
    .filter(([, schema]) => schema.safeParse({ step: schema.shape.step.value }).success)
    .map(([name]) => name)
    .filter((name) => name !== 'resize' && name !== 'extend');
  const maps = Object.entries(plainSteps).map(([name, schema]) =>
    mapSchema(name, shortened(name, settingsSchema(schema))),
  );
  const conversions = Object.values(convertSchemas).map((schema) => settingsSchema(schema));
  return [
    { type: 'string', enum: [...bare, 'flop'] },
    ...maps,
    mapSchema('convert', { anyOf: [{ type: 'string', enum: convertFormats }, ...conversions] }),
  ];
}

/** The settings as a map, or the one that can stand for them. */
function shortened(name: string, settings: Record<string, unknown>): Record<string, unknown> {
  const short = shorthandOf(name);
  const properties = short === undefined ? undefined : settings['properties'];
  if (short === undefined || !isMap(properties)) return settings;
  return { anyOf: [settings, properties[short.setting]] };
}

function mapSchema(name: string, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    type: 'object',
    title: name,
    description: Object.entries(stepTitles).find(([step]) => step === name)?.[1],
    properties: { [name]: settings },
    required: [name],
    additionalProperties: false,
  };
}

function settingsSchema(schema: z.ZodObject): Record<string, unknown> {
  const settings = z.toJSONSchema(schema.omit({ step: true }), { io: 'input' });
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== '$schema'));
}

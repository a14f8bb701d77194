/** From a file's text and what is set over it to a checked form, collecting every mistake on the way. */
import { defaultRecipe, type Recipe, recipeSchema } from '../image/recipe.ts';
import { explainIssues } from './issues.ts';
import { entriesOf, fitting, kindOf, type SchemaNode, schemaNodeOf } from './jsonSchema.ts';
import type { Layer } from './layers.ts';
import type { Complaint, KeyPath, Mistake } from './mistake.ts';
import { showKeyPath } from './mistake.ts';
import { type FileConfig, fileSchema } from './schema.ts';
import type { YamlFile } from './yamlFile.ts';

export interface Form {
  /** What was written, the layers over it, empty blocks left out. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Parsed; settings that have mistakes are as if they had been left out. */
  readonly parsed: FileConfig;
  readonly mistakes: readonly Mistake[];
  /** Top-level settings that have mistakes: what follows from them is not worth telling. */
  readonly broken: ReadonlySet<string>;
}

let node: SchemaNode | undefined;

/** The file's schema, to look things up in. Made when it is asked for: a sound file without empty blocks needs none. */
export function fileNode(): SchemaNode {
  return (node ??= schemaNodeOf(fileSchema));
}

/** What was written, with the layers over it and empty blocks left out, and what is wrong with the file as such. */
export function readWritten(
  yaml: YamlFile | undefined,
  layers: readonly Layer[],
): Pick<Form, 'written' | 'mistakes'> {
  const mistakes: Mistake[] = [...(yaml?.mistakes ?? [])];
  const value = yaml?.value;
  if (value !== undefined && kindOf(value) !== 'object') {
    const whole: Complaint = {
      path: [],
      part: 'value',
      what: 'the file should hold settings',
      found: kindOf(value) === 'array' ? 'a list' : 'a text',
      expected: 'lines of a key, a colon, a space, a value, such as "input: s3://input_bucket"',
    };
    mistakes.push(...(yaml ? [yaml.place(whole)] : []));
  }
  const written: Record<string, unknown> = {
    ...(kindOf(value) === 'object' ? fullBlocks(value) : {}),
    ...Object.fromEntries(layers.map((layer) => [layer.key, layer.value])),
  };
  return { written, mistakes };
}

/**
 * Holds it against the schema.
 * @param place gives each complaint its place
 */
export function checkForm(
  written: Form['written'],
  place: (complaint: Complaint) => Mistake,
): Omit<Form, 'written'> {
  const checked = fileSchema.safeParse(written);
  const complaints = checked.success
    ? []
    : explainIssues(checked.error.issues, { schema: fileNode(), written });
  const broken = new Set(complaints.map(({ path }) => String(path[0])));
  const sound = Object.fromEntries(Object.entries(written).filter(([key]) => !broken.has(key)));
  return {
    parsed: checked.success ? checked.data : fileSchema.parse(sound),
    mistakes: complaints.map(place),
    broken,
  };
}

/** Gives complaints their place: the file's line, or the option or variable that the setting came from. */
export function placer(
  yaml: YamlFile | undefined,
  layers: readonly Layer[],
): (complaint: Complaint) => Mistake {
  return (complaint) => {
    const layer = layers.find(({ key }) => key === complaint.path[0]);
    if (layer === undefined && yaml !== undefined) return yaml.place(complaint);
    const { what, found, expected, suggestion } = complaint;
    return {
      source: layer?.origin ?? 'the configuration',
      key: showKeyPath(complaint.path),
      what,
      ...(found !== undefined && { found }),
      ...(expected !== undefined && { expected }),
      ...(suggestion !== undefined && { suggestion }),
    };
  };
}

/**
 * The recipe in full, whichever form it was written in, and what its outputs have against each other.
 * @param at where it stands
 */
export function recipeOf(
  form: FileConfig['recipe'],
  at: KeyPath = ['recipe'],
): { recipe: Recipe; complaints: readonly Complaint[] } {
  const list = Array.isArray(form);
  const checked = recipeSchema.safeParse({ outputs: list ? form : [form] });
  if (checked.success) return { recipe: checked.data, complaints: [] };
  return {
    recipe: defaultRecipe,
    complaints: checked.error.issues.map(({ path: [, index, ...rest], message }) => ({
      path: [...at, ...(list ? [index ?? 0] : []), ...rest].map((part) =>
        typeof part === 'symbol' ? String(part) : part,
      ),
      part: 'value',
      what: message,
    })),
  };
}

/** A block of which every line is commented out reads as nothing: it is as if it were left out. */
function fullBlocks(value: unknown): Record<string, unknown> {
  return holdsNothing(value) ? withoutEmptyBlocks(fileNode(), value) : Object.fromEntries(entriesOf(value));
}

function holdsNothing(value: unknown): boolean {
  return entriesOf(value).some(
    ([, inner]) => inner === null || (kindOf(inner) === 'object' && holdsNothing(inner)),
  );
}

function withoutEmptyBlocks(node: SchemaNode, value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(value).flatMap(([key, inner]) => {
      const property = node.properties?.[key];
      if (property === undefined || inner === undefined) return [[key, inner]];
      const block = fitting(property, {})[0];
      if (inner === null && block !== undefined && fitting(property, '').length === 0) return [];
      return [[key, kindOf(inner) === 'object' && block ? withoutEmptyBlocks(block, inner) : inner]];
    }),
  );
}

/** The tables of `docs/configuration.md`, made from the schema. */
import { keyPlaceholders } from '../image/outputKey.ts';
import { branches, type SchemaNode } from './jsonSchema.ts';
import { variables } from './layers.ts';
import { fileNode } from './readForm.ts';
import { joined, rangeOf } from './wording.ts';

/** The generated parts of the page, by the name in their markers. */
export function referenceParts(): Readonly<Record<string, string>> {
  return {
    settings: settingsReference(),
    steps: stepsReference(),
    placeholders: table(
      ['placeholder', 'stands for'],
      Object.entries(keyPlaceholders).map(([name, meaning]) => [`\`{${name}}\``, meaning]),
    ),
    variables: table(
      ['variable', 'sets'],
      Object.entries(variables).map(([key, name]) => [`\`${name}\``, `\`${key}\``]),
    ),
  };
}

/** Replaces what stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. @throws Error when a marker is missing */
export function fillParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no "${begin}" … "${end}"`);
    return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
  }, page);
}

function settingsReference(): string {
  const top = Object.entries(fileNode().properties ?? {});
  const sections = top.flatMap(([key, node]) => sectionsOf(key, node));
  return [`### All settings\n\n${settingsTable(fileNode(), (name) => name)}`, ...sections].join('\n\n');
}

/** A block's own settings, then those of the blocks in it; a place's have their own chapter. */
function sectionsOf(key: string, node: SchemaNode): string[] {
  const block = blockOf(node);
  if (block === undefined) return [];
  const inner = placeKeys.has(key) ? [] : Object.entries(block.properties ?? {});
  return [
    `### \`${key}\`\n\n${node.description ?? ''}\n\n${settingsTable(block, (name) => `${key}.${name}`)}`,
    ...inner.flatMap(([name, property]) => sectionsOf(`${key}.${name}`, property)),
  ];
}

const placeKeys: ReadonlySet<string> = new Set(['input', 'output', 'rejected', 'recipe']);

function stepsReference(): string {
  const output = branches(fileNode().properties?.['recipe'] ?? {}).find(({ type }) => type === 'object');
  const steps = branches(output?.properties?.['steps']?.items ?? {});
  return steps
    .flatMap((step) =>
      Object.entries(step.properties ?? {}).map(([name, settings]) => {
        const blocks = branches(settings).filter(({ type }) => type === 'object');
        const tables = blocks
          .filter(({ properties }) => Object.keys(properties ?? {}).length > 0)
          .map((block) => settingsTable(block, (key) => key));
        return [
          `### \`${name}\``,
          step.description ?? '',
          ...(tables.length === 0 ? ['It has no settings.'] : tables),
        ].join('\n\n');
      }),
    )
    .join('\n\n');
}

function settingsTable(block: SchemaNode, name: (key: string) => string): string {
  return table(
    ['setting', 'takes', 'default', 'meaning'],
    Object.entries(block.properties ?? {}).map(([key, node]) => [
      `\`${name(key)}\``,
      takes(node),
      defaultOf(node, block.required?.includes(key) === true),
      node.description ?? '',
    ]),
  );
}

/** The block of settings that a node is or may be, unless it is a recipe's or a place's, which have their own chapters. */
function blockOf(node: SchemaNode): SchemaNode | undefined {
  return branches(node).find(({ type, properties }) => type === 'object' && properties !== undefined);
}

function takes(node: SchemaNode): string {
  return joined([...new Set(branches(node).map(kindName))], 'or');
}

function kindName(node: SchemaNode): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(', ');
  const example = node.examples?.[0];
  switch ([node.type].flat()[0]) {
    case 'integer':
      return `a whole number${rangeOf(node)}`;
    case 'number':
      return `a number${rangeOf(node)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return 'a list';
    case 'object':
      return 'a block';
    default:
      return example === undefined ? 'a text' : `a text such as ${code(example)}`;
  }
}

function defaultOf(node: SchemaNode, required: boolean): string {
  if (required) return 'must be given';
  const value = node.default;
  return value === undefined || JSON.stringify(value) === '{}' ? '' : code(value);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

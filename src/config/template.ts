/** The `kuva.yaml` that `kuva init` writes: what was asked for, and every other setting as a comment with its default. */
import { stringify } from 'yaml';
import { defaultKeyPattern } from '../image/outputKey.ts';
import { branches, type SchemaNode } from './jsonSchema.ts';
import { fileNode } from './readForm.ts';

export interface TemplateAnswers {
  readonly input: string;
  readonly output: string;
  readonly database: string | Readonly<Record<string, string | number>>;
  /** For S3 buckets; left out, it stands there as a comment. */
  readonly endpoint?: string;
  /** What an editor finds the JSON Schema by. */
  readonly schema: string;
}

/** A setting that is switched off: `#` right before the key. Prose has a space behind its `#`. */
const off = '#';

export function configText({ input, output, database, endpoint, schema }: TemplateAnswers): string {
  return `${[
    `# yaml-language-server: $schema=${schema}`,
    '#',
    '# Configuration of one kuva pipeline. `kuva config` prints what is in force, `kuva doctor` checks it.',
    '# A "#" right before a word switches a setting off, and the default counts: take it away to change it.',
    '# All settings: docs/configuration.md',
    '',
    ...described(['pipeline']),
    '',
    '# Where images come from, and where results go: s3://bucket or file:folder. An input is removed once its',
    '# results are stored and recorded.',
    setting('input', input),
    setting('output', output),
    '',
    '# How to reach the S3 server. The keys do not stand here: they come from AWS_ACCESS_KEY_ID and',
    '# AWS_SECRET_ACCESS_KEY, ~/.aws/credentials, or ~/.s3cfg, unless a profile or a file is named.',
    's3:',
    `  ${endpoint === undefined ? off : ''}${setting('endpoint', endpoint ?? 'https://a3s.fi')}`,
    `  ${off}region: us-east-1`,
    `  ${off}profile: default`,
    `  ${off}credentials_file: ~/.s3cfg`,
    '',
    "# The ledger's PostgreSQL: embedded (one of kuva's own, in `data`), env (DATABASE_URL, PG* or DB_* of the",
    '# environment), a postgres:// URL, or a block with host, name, user and so on.',
    ...databaseLines(database),
    '',
    ...described(['data']),
    '',
    '# What is made of each image, in the order of the steps. Instead of one output a list of them may stand here.',
    'recipe:',
    `  key: ${scalar(defaultKeyPattern)}`,
    '  steps:',
    '    - negate',
    `    ${off}- resize: { width: 1600 }`,
    `    ${off}- convert: webp`,
    ...blockLines(recipeNode(), ['name', 'key', 'steps']),
    '',
    ...described(['conflict']),
    '',
    '# What happens to inputs that are no usable images. Without a place to move them to, they stay where they are.',
    'rejected:',
    `  ${off}move: s3://rejected_bucket`,
    '',
    ...['limits', 'worker', 'log', 'http', 'alerts'].flatMap((key) => [
      ...prose(fileNode().properties?.[key]?.description ?? '', ''),
      `${key}:`,
      ...blockLines(fileNode().properties?.[key] ?? {}, []),
      '',
    ]),
    '# New objects that the object store tells of by itself (Ceph): docs/events.md. Needs an address in http: listen:',
    `${off}events:`,
    `${off}  url: http://192.168.1.5:9464`,
    `${off}  secret: \${KUVA_EVENTS_SECRET}`,
    '',
    '# The machines and the database that `kuva cloud up` makes on OpenStack: docs/cloud.md. These are the defaults;',
    '# the clouds are named as in your clouds.yaml.',
    `${off}cloud:`,
    `${off}  clouds: { compute: cpouta, database: pukki, s3: cpouta }`,
    `${off}  compute: { workers: 1, flavor: standard.tiny, image: Ubuntu-24.04, ssh_from: [me] }`,
    `${off}  database: { flavor: standard.small, size: 1 }`,
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** A top-level setting, switched off, below what it is for. */
function described([key]: readonly [string]): string[] {
  const node = fileNode().properties?.[key] ?? {};
  return [...prose(node.description ?? '', ''), `${off}${setting(key, node.default)}`];
}

/** Every setting of a block, switched off, with its default. */
function blockLines(block: SchemaNode, without: readonly string[]): string[] {
  return Object.entries(block.properties ?? {})
    .filter(([key, node]) => !without.includes(key) && node.default !== undefined)
    .flatMap(([key, node]) => [
      ...prose(node.description ?? '', '  '),
      `  ${off}${key}: ${Array.isArray(node.default) ? flow(node.default) : scalar(node.default)}`,
    ]);
}

function recipeNode(): SchemaNode {
  return branches(fileNode().properties?.['recipe'] ?? {}).find(({ type }) => type === 'object') ?? {};
}

function databaseLines(database: TemplateAnswers['database']): string[] {
  if (typeof database === 'string') return [setting('database', database)];
  return ['database:', ...Object.entries(database).map(([key, value]) => `  ${setting(key, value)}`)];
}

function setting(key: string, value: unknown): string {
  return `${key}: ${scalar(value)}`;
}

/** Quoted where YAML needs it. */
function scalar(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function flow(values: readonly unknown[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}

/** Comment lines of at most 110 characters. */
function prose(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > 110) lines.push(`${indent}# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

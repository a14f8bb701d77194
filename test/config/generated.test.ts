import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { driftedFiles } from '../../scripts/generate.ts';
import { kindOf, propertyOf, schemaNodeSchema } from '../../src/config/jsonSchema.ts';
import { fillParts, referenceParts } from '../../src/config/reference.ts';
import { schemaFile, schemaReference, schemaText } from '../../src/config/schemaFile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the JSON Schema and the reference are what the source makes; if not: npm run generate', () => {
  expect(driftedFiles(root)).toEqual([]);
});

test('the page’s own examples are valid', async () => {
  const { fileSchema } = await import('../../src/config/schema.ts');
  const page = readFileSync(`${root}docs/configuration.md`, 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(fileSchema.safeParse(parse(example)).error?.issues).toBeUndefined();
});

test('every setting of the schema has a description and stands in the reference', () => {
  const schema = schemaNodeSchema.parse(JSON.parse(schemaText()));
  const page = readFileSync(`${root}docs/configuration.md`, 'utf8');
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    expect(node.description, key).toBeTruthy();
    expect(page).toContain(`| \`${key}\` |`);
    for (const [inner, setting] of Object.entries(node.properties ?? {})) {
      expect(setting.description, `${key}.${inner}`).toBeTruthy();
      expect(page).toContain(`| \`${key}.${inner}\` |`);
    }
  }
});

test('the schema tells an editor of unknown keys, of choices and of both spellings of a step', () => {
  const schema: unknown = JSON.parse(schemaText());
  expect(kindOf(schema)).toBe('object');
  expect(propertyOf(schema, 'additionalProperties')).toBe(false);
  expect(schemaText()).toContain('"keep-both"');
  expect(schemaText()).toContain('"auto-orient"');
  expect(schemaText()).not.toContain(String(Number.MAX_SAFE_INTEGER));
});

test('the schema comes with the package, and a config file refers to it', () => {
  expect(schemaFile).toBe(`${root}kuva.schema.json`);
  expect(schemaReference('/srv/lab', '/srv/lab/kuva.schema.json')).toBe('./kuva.schema.json');
  expect(schemaReference('/srv/lab', '/srv/lab/node_modules/kuvaputki/kuva.schema.json')).toBe(
    './node_modules/kuvaputki/kuva.schema.json',
  );
  expect(schemaReference('/home/ada/lab', '/usr/lib/node_modules/kuvaputki/kuva.schema.json')).toBe(
    'file:///usr/lib/node_modules/kuvaputki/kuva.schema.json',
  );
});

test('a page without a marker is an error, not a table that silently stays old', () => {
  expect(() => fillParts('# no markers\n', referenceParts())).toThrow(/generated: settings/);
  expect(fillParts('<!-- generated: a -->\nold\n<!-- end: a -->', { a: 'new' })).toBe(
    '<!-- generated: a -->\nnew\n<!-- end: a -->',
  );
});

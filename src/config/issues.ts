/** zod's issues as complaints that name the key, what was found, what is expected, and what was probably meant. */
import type { z } from 'zod';
import { fitting, kindOf, propertyOf, type SchemaNode, schemasAt } from './jsonSchema.ts';
import type { Complaint, KeyPath } from './mistake.ts';
import { suggest } from './suggest.ts';
import { joined, showExpected, showFound } from './wording.ts';

type Issue = z.core.$ZodIssue;

interface Context {
  readonly schema: SchemaNode;
  /** The whole of what was written. */
  readonly written: unknown;
}

/** @param at where `issues` have their root */
export function explainIssues(issues: readonly Issue[], context: Context, at: KeyPath = []): Complaint[] {
  return issues.flatMap((issue) => explainIssue(issue, context, [...at, ...issue.path.map(keyPart)]));
}

function explainIssue(issue: Issue, context: Context, path: KeyPath): Complaint[] {
  const value = valueAt(context.written, path);
  const nodes = schemasAt(context.schema, path, context.written);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, nodes, value));
    case 'invalid_union':
      return explainUnion(issue, context, path);
    case 'custom':
    case 'invalid_format':
      // A schema within a schema hands on zod's own words; ours say more.
      if (zodsWords.test(issue.message) && nodes.length > 0) return [wrongValue(path, value, nodes)];
      return [inItsOwnWords(issue.message, path, value, nodes)];
    default:
      return [wrongValue(path, value, nodes)];
  }
}

const zodsWords = /^(Invalid|Too (small|big)|Unrecognized)/;

function inItsOwnWords(
  message: string,
  path: KeyPath,
  value: unknown,
  nodes: readonly SchemaNode[],
): Complaint {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const names = nodes
    .flatMap((node) => fitting(node, {}))
    .flatMap((node) => Object.keys(node.properties ?? {}));
  const [only] = keys;
  // `- resiz: { … }`: a block whose one key is its name.
  const slip =
    keys.length === 1 && only !== undefined && !names.includes(only) ? suggest(only, names) : undefined;
  const word = typeof value === 'string' ? suggest(value, wordsOf(nodes)) : undefined;
  const suggestion = slip ?? (word === value ? undefined : word);
  return {
    path,
    part: 'value',
    what: lowerFirst(message),
    found: slip === undefined ? showFound(value, path) : `the setting ${only ?? ''}`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function unknownKey(key: string, path: KeyPath, nodes: readonly SchemaNode[], value: unknown): Complaint {
  const known = [
    ...new Set(
      nodes.flatMap((node) => fitting(node, value)).flatMap((node) => Object.keys(node.properties ?? {})),
    ),
  ];
  const taken = new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
  const suggestion =
    suggest(
      key,
      known.filter((one) => !taken.has(one)),
    ) ?? suggest(key, known);
  return {
    path: [...path, key],
    part: 'key',
    what: 'there is no such setting',
    ...(known.length > 0 && { expected: `one of ${known.join(', ')}` }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

function explainUnion(issue: z.core.$ZodIssueInvalidUnion, context: Context, path: KeyPath): Complaint[] {
  const value = valueAt(context.written, path);
  const nodes = schemasAt(context.schema, path, context.written);
  // The branch that was meant is the one that objects to the least, and not to the kind of the value as such.
  const meant = issue.errors
    .filter((issues) => !issues.some(({ path: inner, code }) => inner.length === 0 && rootFault.has(code)))
    .toSorted((a, b) => weight(a) - weight(b))[0];
  const word = typeof value === 'string' ? suggest(value, wordsOf(nodes)) : undefined;
  if (meant !== undefined && word === undefined) return explainIssues(meant, context, path);
  return [wrongValue(path, value, nodes)];
}

const rootFault: ReadonlySet<Issue['code']> = new Set(['invalid_type', 'invalid_value']);

const weight = (issues: readonly Issue[]) =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

function wrongValue(path: KeyPath, value: unknown, nodes: readonly SchemaNode[]): Complaint {
  const expected = joined([...new Set(nodes.map(showExpected))], 'or');
  const key = path.at(-1);
  if (value === undefined && typeof key === 'string') {
    return { path, part: 'key', what: 'this setting is missing', ...(expected !== '' && { expected }) };
  }
  const suggestion = suggestionFor(value, key, nodes);
  return {
    path,
    part: 'value',
    what: whatIsWrong(value),
    found: showFound(value, path),
    ...(expected !== '' && { expected }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

function whatIsWrong(value: unknown): string {
  if (value === null) return 'there is nothing after the colon';
  if (typeof value === 'string' && gluedPair.test(value)) return 'a space is missing after the colon';
  return 'this value does not fit';
}

const gluedPair = /^([A-Za-z_]\w*):(\S.*)$/;

function suggestionFor(
  value: unknown,
  key: string | number | undefined,
  nodes: readonly SchemaNode[],
): string | undefined {
  const takes = (type: string) => nodes.some((node) => fitting(node, example(type)).length > 0);
  switch (kindOf(value)) {
    case 'string': {
      const text = String(value);
      const word = suggest(text, wordsOf(nodes));
      if (word !== undefined) return word;
      const glued = gluedPair.exec(text);
      if (glued && takes('object')) return `${glued[1] ?? ''}: ${glued[2] ?? ''}`;
      // `- negate` where `- step: negate` is meant.
      const discriminator = discriminatorFor(text, nodes);
      if (discriminator !== undefined) return discriminator;
      return takes('array') && !takes('string') ? `- ${text}` : undefined;
    }
    case 'number':
    case 'boolean': {
      const text = String(value);
      const units = nodes.flatMap((node) => fitting(node, '')).flatMap((node) => node.examples ?? []);
      const unit = units
        .map((one) => /^[\d.]+\s*([A-Za-z]+)$/.exec(String(one))?.[1])
        .find((one) => one !== undefined);
      if (kindOf(value) === 'number' && unit !== undefined) return `${text} ${unit}`;
      return takes('string') ? `${String(key)}: "${text}"` : undefined;
    }
    case 'object':
      // `key: {dir}` is a block to YAML.
      return takes('string') ? quotedBraces(value, String(key)) : undefined;
    default:
      return undefined;
  }
}

/** `key: {stem}` is a block with an empty setting to YAML; `key: '{stem}'` was meant. */
function quotedBraces(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([, one]) => one === null)
    ? `${key}: '${entries.map(([name]) => `{${name}}`).join('')}'`
    : undefined;
}

/** The words that a value may be. */
function wordsOf(nodes: readonly SchemaNode[]): string[] {
  return nodes
    .flatMap((node) => fitting(node, ''))
    .flatMap((node) => [...(node.enum ?? []), ...(node.const === undefined ? [] : [node.const])])
    .filter((word) => typeof word === 'string');
}

function discriminatorFor(text: string, nodes: readonly SchemaNode[]): string | undefined {
  for (const node of nodes.flatMap((one) => fitting(one, {}))) {
    for (const [key, property] of Object.entries(node.properties ?? {})) {
      if (property.const === text) return `${key}: ${text}`;
    }
  }
  return undefined;
}

function example(type: string): unknown {
  return { string: '', array: [], object: {} }[type];
}

function valueAt(written: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, part) => propertyOf(value, part), written);
}

function keyPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

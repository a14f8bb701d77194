/** Values and expectations in plain words. */
import { type KeyPath } from './mistake.ts';
import { isSecretKey, mask, maskSecrets } from './mask.ts';
import { branches, kindOf, type SchemaNode } from './jsonSchema.ts';

/** What somebody wrote, secrets masked, long texts cut. */
export function showFound(value: unknown, path: KeyPath): string {
  const key = path.findLast((part) => typeof part === 'string');
  if (typeof key === 'string' && isSecretKey(key) && value !== null && value !== undefined) return mask;
  switch (kindOf(value)) {
    case 'nothing':
    case 'null':
      return 'nothing';
    case 'array':
      return 'a list';
    case 'object':
      return 'a block of settings';
    case 'string': {
      const text = maskSecrets(String(value));
      return `the text ${JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)}`;
    }
    case 'number':
      return `the number ${String(value)}`;
    case 'boolean':
      return `the value ${String(value)}`;
  }
}

/** "a whole number from 1 to 256, or auto" */
export function showExpected(node: SchemaNode): string {
  const parts = [...new Set(branches(node).map(expectedOf))];
  // The words first, then the kinds: "auto or a whole number".
  return joined(parts, 'or');
}

export function joined(words: readonly string[], last: 'or' | 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

function expectedOf(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const).replace(/^"|"$/g, '');
  if (node.enum) return joined(node.enum.map(String), 'or');
  const examples = node.examples ?? [];
  const such = examples.length === 0 ? '' : `, such as ${joined(examples.map(String), 'or')}`;
  switch ([node.type].flat()[0]) {
    case 'integer':
      return `a whole number${rangeOf(node)}${such}`;
    case 'number':
      return `a number${rangeOf(node)}${such}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return node.items === undefined ? 'a list' : 'a list (lines that begin with "- ")';
    case 'object':
      return `a block of settings (${joined(Object.keys(node.properties ?? {}).slice(0, 6), 'and')}${
        Object.keys(node.properties ?? {}).length > 6 ? ', …' : ''
      })`;
    default:
      return `a text${such}`;
  }
}

export function rangeOf(node: SchemaNode): string {
  // zod writes the bounds of safe integers where none were asked for.
  const low = node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER ? node.minimum : undefined;
  const high =
    node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER ? node.maximum : undefined;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return `, ${low} or more`;
  if (high !== undefined) return `, ${high} or less`;
  if (node.exclusiveMinimum !== undefined) return ` above ${node.exclusiveMinimum}`;
  return node.exclusiveMaximum !== undefined ? ` below ${node.exclusiveMaximum}` : '';
}

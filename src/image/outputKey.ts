import { KuvaError } from './failure.ts';
import { keyFault, maxKeyBytes, type ObjectKey, parseObjectKey, showKey } from './key.ts';

/** What a key pattern may hold, with what each stands for. The config reference is made from this table. */
export const keyPlaceholders = {
  key: 'the whole key of the input',
  dir: 'its folders, with the slash at the end; empty when it has none',
  name: 'its last part, e.g. "cat.jpg"',
  stem: 'the last part without its extension, e.g. "cat"',
  ext: 'the extension with its dot, e.g. ".jpg": of the converted format where the recipe converts, else as in the input',
} as const;

export type KeyPlaceholder = keyof typeof keyPlaceholders;

/** The tutorial's naming: `negated_` before the last part, folders kept. */
export const defaultKeyPattern = '{dir}negated_{name}';

/** Leaves room for the names that are put in. */
const maxPatternBytes = maxKeyBytes / 4;

/** The parts of a pattern that are not taken as they are: doubled braces, placeholders, and single braces, which are faults. */
const tokens = /\{\{|\}\}|\{(\w*)\}|[{}]/g;

/** What is wrong with a pattern, or undefined. `{{` and `}}` stand for braces. */
export function keyPatternFault(pattern: string): string | undefined {
  if (pattern === '') return 'it is empty';
  if (Buffer.byteLength(pattern) > maxPatternBytes) return `it is longer than ${maxPatternBytes} bytes`;
  let distinguishes = false;
  for (const [token, name] of pattern.matchAll(tokens)) {
    if (token === '{{' || token === '}}') continue;
    if (name === undefined) return 'a brace is not closed; write {{ or }} for a brace itself';
    if (!isPlaceholder(name)) {
      const known = Object.keys(keyPlaceholders).map((one) => `{${one}}`);
      return `{${name}} is not known; there are ${known.join(', ')}`;
    }
    distinguishes ||= name === 'key' || name === 'name' || name === 'stem';
  }
  if (!distinguishes) return 'every image would get the same name: use {key}, {name} or {stem} in it';
  return undefined;
}

/**
 * The key of an output: a function of the input's key and the recipe alone, so that every attempt on every
 * machine writes to the same place.
 * @param convertedExtension with its dot, when the recipe converts the format
 * @throws KuvaError `output-key-too-long`
 */
export function outputKey(pattern: string, input: ObjectKey, convertedExtension?: string): ObjectKey {
  const parts = splitKey(input);
  const values: Record<KeyPlaceholder, string> = {
    key: input,
    ...parts,
    ext: convertedExtension ?? parts.ext,
  };
  const text = pattern.replace(tokens, (token, name?: string) => {
    if (token === '{{' || token === '}}') return token.slice(1);
    return name !== undefined && isPlaceholder(name) ? values[name] : token;
  });
  return fitted(text, input);
}

/**
 * The same key with a mark before its extension, for an image whose first choice belongs to another image:
 * `negated_cat.jpg` becomes `negated_cat~1f2e3d4c.jpg`. Where that is too long, the end of the stem is left out.
 * @throws KuvaError `output-key-too-long` when even that does not help
 */
export function markedKey(key: ObjectKey, mark: string): ObjectKey {
  const { dir, stem, ext } = splitKey(key);
  const letters = Array.from(stem);
  const marked = (): string => `${dir}${letters.join('')}~${mark}${ext}`;
  while (letters.length > 0 && Buffer.byteLength(marked()) > maxKeyBytes) letters.pop();
  return fitted(marked(), key);
}

function splitKey(key: string): { dir: string; name: string; stem: string; ext: string } {
  const slash = key.lastIndexOf('/');
  const dir = key.slice(0, slash + 1);
  const name = key.slice(slash + 1);
  const dot = name.lastIndexOf('.');
  // ".hidden" has no extension, and neither has "name.".
  const cut = dot > 0 && dot < name.length - 1 ? dot : name.length;
  return { dir, name, stem: name.slice(0, cut), ext: name.slice(cut) };
}

function isPlaceholder(name: string): name is KeyPlaceholder {
  return Object.hasOwn(keyPlaceholders, name);
}

function fitted(text: string, input: ObjectKey): ObjectKey {
  if (keyFault(text) === undefined || Buffer.byteLength(text) <= maxKeyBytes) return parseObjectKey(text);
  throw new KuvaError('output-key-too-long', {
    what: `The output of ${showKey(input)} would have a name of ${Buffer.byteLength(text)} bytes, and S3 allows ${maxKeyBytes}`,
    data: 'The input stays where it is.',
    remedy: 'Give the input a shorter name, or change the key pattern of the recipe.',
  });
}

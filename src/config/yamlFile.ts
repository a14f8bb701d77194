/** A YAML file as values, with the place of each. YAML 1.2 core: no tags of one's own, no duplicate keys. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { maskSecrets } from './mask.ts';
import { type Complaint, type KeyPath, type Mistake, showKeyPath } from './mistake.ts';
import { explainSyntax } from './yamlSyntax.ts';

export interface YamlFile {
  /** As told in messages. */
  readonly name: string;
  /** Plain values; undefined when the file is empty or too broken to go on. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Line of the value, from 1; undefined when the file does not have it. */
  line(path: KeyPath): number | undefined;
  /** Gives a complaint its place. */
  place(complaint: Complaint): Mistake;
}

/** Reads all of it, however much is wrong. Never throws. */
export function parseYamlFile(name: string, text: string): YamlFile {
  const lines = new LineCounter();
  const source = text.replace(/^\uFEFF/, '');
  const document = parseDocument(source, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: true,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    logLevel: 'error',
  });
  const mistakeAt = (
    offset: number,
    length: number,
    complaint: Omit<Complaint, 'path' | 'part'>,
    key: string,
  ) => mistakeOf(name, source, lines, { offset, length }, complaint, key);
  const troubles = [
    ...[...document.errors, ...document.warnings].map((error) => {
      const { offset, length, ...complaint } = explainSyntax(error, source);
      return mistakeAt(offset, length, complaint, '');
    }),
    ...nodeTroubles(document).map(({ node, what, expected }) =>
      mistakeAt(node.range?.[0] ?? 0, 1, { what, expected }, ''),
    ),
  ];
  // With a key twice the rest is still sound; after any other fault in the syntax, further complaints are noise.
  const sound =
    document.errors.every(({ code }) => code === 'DUPLICATE_KEY') &&
    troubles.length === document.errors.length;
  const unfolded = sound ? unfold(document) : { value: undefined };
  if (unfolded === undefined) {
    const what = 'aliases are used so often that the file would become enormous';
    troubles.push(mistakeAt(0, 1, { what, expected: 'the values themselves' }, ''));
  }
  const value = unfolded?.value;
  return {
    name,
    value,
    mistakes: troubles,
    line: (path) => {
      const range = locate(document, path);
      return range?.exact === true ? lines.linePos(range.key.offset).line : undefined;
    },
    place: (complaint) => {
      const range = locate(document, complaint.path);
      const spot = complaint.part === 'key' || range?.exact !== true ? range?.key : range.value;
      return mistakeAt(spot?.offset ?? 0, spot?.length ?? 1, complaint, showKeyPath(complaint.path));
    },
  };
}

/** Undefined when aliases within aliases would fill the memory. */
function unfold(document: Document): { readonly value: unknown } | undefined {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value: value ?? undefined };
  } catch {
    return undefined;
  }
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

interface Location {
  readonly key: Span;
  readonly value: Span;
  /** False when the path goes on below what the file has: the place is that of the nearest thing above it. */
  readonly exact: boolean;
}

function locate(document: Document, path: KeyPath): Location | undefined {
  let node: unknown = document.contents;
  let found: Location | undefined;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === part);
      if (pair === undefined) return found && { ...found, exact: false };
      const key = spanOf(pair.key) ?? { offset: 0, length: 1 };
      found = { key, value: spanOf(pair.value) ?? key, exact: true };
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = typeof part === 'number' ? node.items[part] : undefined;
      const span = spanOf(item);
      if (span === undefined) return found && { ...found, exact: false };
      found = { key: span, value: span, exact: true };
      node = item;
    } else {
      return found && { ...found, exact: false };
    }
  }
  return found;
}

function spanOf(node: unknown): Span | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? { offset: range[0], length: range[1] - range[0] } : undefined;
}

/** What the parser lets through and we do not: an alias without its anchor, a key that is no text. */
function nodeTroubles(document: Document): { node: Node; what: string; expected: string }[] {
  const troubles: { node: Node; what: string; expected: string }[] = [];
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document) === undefined) {
        troubles.push({
          node,
          what: `*${node.source} refers to an anchor that is not defined above`,
          expected: `a value; put it into quotes if it begins with a *: "*${node.source}"`,
        });
      }
    },
    Pair: (_key, pair) => {
      if (isNode(pair.key) && !isScalar(pair.key)) {
        troubles.push({
          node: pair.key,
          what: 'a key is no plain text',
          expected: 'a key, a colon, a space, a value',
        });
      }
    },
  });
  return troubles;
}

function mistakeOf(
  name: string,
  source: string,
  lines: LineCounter,
  span: Span,
  complaint: Omit<Complaint, 'path' | 'part'>,
  key: string,
): Mistake {
  // The end of the file after a last line break is told as the end of that last line.
  const offset = Math.min(span.offset, source.trimEnd().length);
  const { line, col } = lines.linePos(offset);
  const text = (source.split('\n')[line - 1] ?? '').replace(/\r$/, '');
  const before = maskSecrets(text.slice(0, col - 1)).replace(/\t/g, ' ');
  const shown = maskSecrets(text).replace(/\t/g, ' ');
  const length = Math.max(1, Math.min(span.length, shown.length - before.length));
  return {
    source: name,
    line,
    column: col,
    key,
    what: complaint.what,
    ...(complaint.found !== undefined && { found: complaint.found }),
    ...(complaint.expected !== undefined && { expected: complaint.expected }),
    ...(complaint.suggestion !== undefined && { suggestion: complaint.suggestion }),
    ...(text.trim() !== '' && {
      excerpt: [shown, `${' '.repeat(before.length)}${'^'.repeat(length)}`] as const,
    }),
  };
}

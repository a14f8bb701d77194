/** What is wrong in a configuration, told so that its writer finds and mends it at once. */
import { KuvaError } from '../image/failure.ts';

/** The way to a value: keys and list positions. */
export type KeyPath = readonly (string | number)[];

/** Something wrong with one value, before it is known where in a file that value stands. */
export interface Complaint {
  readonly path: KeyPath;
  /** Is it the key itself that is wrong, or the value behind it? */
  readonly part: 'key' | 'value';
  /** One sentence without a full stop. */
  readonly what: string;
  readonly found?: string;
  readonly expected?: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

export interface Mistake {
  /** The file, or "--input", or "env KUVA_INPUT". */
  readonly source: string;
  /** From 1; absent when the source is no file. */
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
  /** `worker.poll`, `recipe[0].key`; empty when it is the file as a whole. */
  readonly key: string;
  readonly what: string;
  readonly found?: string;
  readonly expected?: string;
  readonly suggestion?: string;
  /** The line itself, secrets masked, and below it a caret. */
  readonly excerpt?: readonly [string, string];
}

/** All mistakes of a configuration, in one error. */
export class ConfigInvalid extends KuvaError {
  readonly mistakes: readonly Mistake[];

  constructor(source: string, mistakes: readonly Mistake[], cause?: unknown) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    super('config-invalid', {
      what: `${source} has ${count}:\n\n${mistakes.map(describeMistake).join('\n\n')}\n`,
      data: 'Nothing was started, and nothing was changed.',
      remedy: 'Every setting is explained in docs/configuration.md; `kuva init` writes a file that works.',
      cause,
    });
    this.mistakes = mistakes;
  }
}

export function describeMistake(mistake: Mistake): string {
  const { source, line, column, key } = mistake;
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  const details = [
    ['found', mistake.found],
    ['expected', mistake.expected],
  ].flatMap(([label = '', text]) => (text === undefined ? [] : [`  ${label.padEnd(8)} ${text}`]));
  return [
    `${place}  ${key === '' ? '' : `${key}: `}${mistake.what}`,
    ...(mistake.excerpt ?? []).map((text) => `  | ${text}`.trimEnd()),
    ...details,
    ...(mistake.suggestion === undefined ? [] : [`  Did you mean ${mistake.suggestion}?`]),
  ].join('\n');
}

export function showKeyPath(path: KeyPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

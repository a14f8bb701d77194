/** The configuration in force, for people and for programs. */
import { Document, Scalar } from 'yaml';
import { showKeyPath } from './mistake.ts';
import type { Setting } from './setting.ts';

/** Marks where the comment begins; no setting can hold it. */
const mark = '\u0001';

/** Lines of YAML, each value with a comment that tells where it came from; secrets hidden. */
export function showSettings(settings: readonly Setting[]): string[] {
  const document = new Document({});
  for (const { path, value, hidden, origin } of settings) {
    // Of lists, only empty ones are settings of their own.
    const node = Array.isArray(value)
      ? document.createNode([], { flow: true })
      : new Scalar(hidden ? null : value);
    const text = hidden ? `set, not shown: ${origin}` : origin;
    node.comment = `${mark}${text}`;
    document.setIn(path, node);
  }
  const lines = document
    .toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: false })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(`#${mark}`));
  const width = Math.max(
    0,
    ...lines.filter(({ length }) => length > 1).map(([text = '']) => Math.min(64, text.length)),
  );
  return lines.map(([text = '', comment]) =>
    comment === undefined ? text : `${text.padEnd(width)}  # ${comment}`,
  );
}

/** One object: `value` as in the file (secrets hidden), and the origin of each setting by its key path. */
export function settingsAsJson(settings: readonly Setting[]): {
  readonly value: unknown;
  readonly origins: Readonly<Record<string, string>>;
} {
  const document = new Document({});
  for (const { path, value, hidden } of settings) document.setIn(path, hidden ? '(set, not shown)' : value);
  return {
    value: document.toJS(),
    origins: Object.fromEntries(settings.map(({ path, origin }) => [showKeyPath(path), origin])),
  };
}

/** How a name filter is asked for in SQL. */
export interface NamePattern {
  /** For LIKE, with backslash as its escape. */
  readonly like: string;
  /** Does it begin with a fixed text, so that an index can find it? */
  readonly hasPrefix: boolean;
}

/** With `*` or `?` the pattern is for the whole name; without, the text may stand anywhere in it. Case counts. */
export function namePattern(name: string): NamePattern {
  const escaped = name.replace(/[\\%_]/g, '\\$&');
  if (!/[*?]/.test(name)) return { like: `%${escaped}%`, hasPrefix: false };
  return { like: escaped.replaceAll('*', '%').replaceAll('?', '_'), hasPrefix: !/^[*?]/.test(name) };
}

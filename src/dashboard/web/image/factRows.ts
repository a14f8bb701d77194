/** One fact as a line: what it is called, what it is, and the question that finds its like. */
export interface FactRow {
  readonly name: string;
  readonly shown: string;
  /** As `kuva log --where` takes it; undefined where there is nothing to compare. */
  readonly question: string | undefined;
}

const plainName = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** Facts that lie within each other become lines of their own, named from the outermost to the innermost. */
export function factRows(facts: Readonly<Record<string, unknown>>, path: readonly string[] = []): FactRow[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const full = [...path, name];
    return isGroup(value) ? factRows(value, full) : [factRow(full, value)];
  });
}

function factRow(path: readonly string[], value: unknown): FactRow {
  const name = path.join('.');
  if (Array.isArray(value)) {
    const long = value.length > 8;
    return { name, shown: long ? `${value.length} values` : value.join(', '), question: undefined };
  }
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const asked = path.map((part) => (plainName.test(part) ? part : `"${part}"`)).join('.');
  const literal = literalOf(value);
  const askable = literal !== undefined && !path.some((part) => part.includes('"'));
  // Hardly two images have the very same measure: those that have no more of it are what one looks for.
  const sign = typeof value === 'number' && !Number.isInteger(value) ? '<=' : '=';
  return { name, shown, question: askable ? `${asked} ${sign} ${literal}` : undefined };
}

function literalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

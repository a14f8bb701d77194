import type { Check } from './result.ts';

/** What lies where after a run. */
export interface Found {
  /** Keys in the input bucket. */
  readonly inputs: readonly string[];
  /** SHA-256 of each object in the output bucket, by key. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The log's rows for this run, as `log_records` has them. */
  readonly rows: readonly LogRow[];
}

export interface LogRow {
  readonly name: string;
  readonly hash: string;
}

/** The name that both the tutorial and our default recipe give to the result. */
export function madeName(key: string): string {
  return `negated_${key}`;
}

/** Compares what a run left behind with what it was given. @param keys the inputs of the run */
export function checkRun(keys: readonly string[], found: Found): Check {
  const inputs = new Set(found.inputs);
  const rows = new Map<string, string[]>();
  for (const { name, hash } of found.rows) rows.set(name, [...(rows.get(name) ?? []), hash]);
  const check = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };
  for (const key of keys) {
    const output = found.outputs.get(madeName(key));
    const hashes = rows.get(madeName(key)) ?? [];
    if (inputs.has(key)) check.inputsLeft++;
    if (output === undefined) check.outputsMissing++;
    if (hashes.length === 0) check.rowsMissing++;
    else check.rowsDoubled += hashes.length - 1;
    check.rowsFalse += hashes.filter((hash) => hash !== output).length;
  }
  return check;
}

/**
 * The same for who only moves: each output must have the very bytes of its input. Rows are looked at where there are some.
 * @param hashes SHA-256 of the inputs, by key
 * @param nameOf what an input is called in the output bucket
 */
export function checkMoved(
  hashes: ReadonlyMap<string, string>,
  nameOf: (key: string) => string,
  found: Omit<Found, 'rows'> & { readonly rows?: readonly LogRow[] },
): Check {
  const inputs = new Set(found.inputs);
  const rows = found.rows?.map(({ name }) => name);
  const check = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };
  for (const [key, hash] of hashes) {
    if (inputs.has(key)) check.inputsLeft++;
    if (found.outputs.get(nameOf(key)) !== hash) check.outputsMissing++;
    if (rows === undefined) continue;
    const own = rows.filter((name) => name === nameOf(key)).length;
    if (own === 0) check.rowsMissing++;
    else check.rowsDoubled += own - 1;
  }
  return check;
}

export function isComplete(check: Check): boolean {
  return Object.values(check).every((count: number) => count === 0);
}

/** The sum of several runs' faults. */
export function addChecks(checks: readonly Check[]): Check {
  const total = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };
  for (const check of checks) {
    total.inputsLeft += check.inputsLeft;
    total.outputsMissing += check.outputsMissing;
    total.rowsMissing += check.rowsMissing;
    total.rowsDoubled += check.rowsDoubled;
    total.rowsFalse += check.rowsFalse;
  }
  return total;
}

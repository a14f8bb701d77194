/** The promise, rule by rule, over what was found in the buckets and the tables. */
import type { LedgerRows, RecordRow } from './ledgerRows.ts';
import type { Contents } from './place.ts';
import type { End, Put, Question } from './promise.ts';

export interface Found {
  readonly input: Contents;
  readonly rejected: Contents | undefined;
  readonly rows: LedgerRows;
  readonly output: Contents;
  readonly wrong: readonly string[];
}

const short = (sha256: string | undefined): string => sha256?.slice(0, 8) ?? 'nothing';

function endsOf({ end }: Put): readonly End[] {
  return typeof end === 'string' ? [end] : end;
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group === undefined) groups.set(by(item), [item]);
    else group.push(item);
  }
  return groups;
}

function rowsByPut({ rows }: Found): Map<string, RecordRow[]> {
  return grouped(rows.records, (row) => `${row.input_sha256} ${row.input_key}`);
}

function isThere({ input, rejected }: Found, { key, sha256 }: Put): boolean {
  return input.objects.get(key) === sha256 || rejected?.objects.get(key) === sha256;
}

/** Neither the input is there unchanged, nor every output with its row. */
export function lostOnes({ puts, outputs }: Question, found: Found): string[] {
  const rows = rowsByPut(found);
  return puts.flatMap((put) => {
    if (endsOf(put).includes('superseded') || isThere(found, put)) return [];
    const own = rows.get(`${put.sha256} ${put.key}`) ?? [];
    const missing = outputs.filter((output) => !own.some((row) => row.output === output));
    if (missing.length > 0)
      return [`lost: ${put.key} is not in the input bucket, and no row tells of its ${missing.join(', ')}`];
    const gone = outputs.filter(
      (output) =>
        !own.some(
          (row) => row.output === output && found.output.objects.get(row.output_key) === row.output_sha256,
        ),
    );
    return gone.map((output) => `lost: ${put.key} is gone, and its ${output} is not what its row tells of`);
  });
}

/** A row that says what is not so. */
export function falseRows({ puts }: Question, found: Found): string[] {
  const known = new Set(puts.map(({ key, sha256 }) => `${sha256} ${key}`));
  const shown = new Map(found.rows.shown.map((row) => [row.record_id, row]));
  const newest = new Map(found.rows.records.map((row) => [row.output_key, row.id]));
  const bad: string[] = [];
  for (const row of found.rows.records) {
    const name = `row ${row.id} of ${row.input_key}`;
    if (!known.has(`${row.input_sha256} ${row.input_key}`))
      bad.push(`false row: ${name} tells of an input ${short(row.input_sha256)} that nobody put in`);
    const there = found.output.objects.get(row.output_key);
    // An object that was replaced since is told of by the newest row under its key.
    if (newest.get(row.output_key) === row.id && there !== row.output_sha256)
      bad.push(
        `false row: ${name} says ${row.output_key} has ${short(row.output_sha256)}, and there is ${short(there)}`,
      );
    const view = shown.get(row.id);
    if (view?.negated_image_name !== row.output_key || view.negated_image_hash !== row.output_sha256)
      bad.push(`false row: log_records does not show ${name} as it is`);
  }
  return bad;
}

/** Logged twice, or put out twice. */
export function doubles({ puts }: Question, found: Found): string[] {
  const bad: string[] = [];
  for (const [round, rows] of grouped(
    found.rows.records,
    (row) => `${row.image_id}, round ${row.round}, ${row.output}`,
  )) {
    if (rows.length > 1) bad.push(`double: ${rows.length} rows for image ${round}`);
  }
  const times = new Map(puts.map((put) => [`${put.sha256} ${put.key}`, put.times ?? 1]));
  for (const [put, own] of rowsByPut(found)) {
    for (const [output, rows] of grouped(own, (row) => row.output)) {
      const allowed = times.get(put) ?? 1;
      const key = put.slice(put.indexOf(' ') + 1);
      if (rows.length > allowed)
        bad.push(`double: ${rows.length} rows for ${output} of ${key}, which was put in ${allowed} times`);
      const keys = new Set(rows.map((row) => row.output_key));
      if (keys.size > 1) bad.push(`double: ${key} has two outputs: ${[...keys].join(', ')}`);
    }
  }
  return bad;
}

/** Whether each image came to the end that it should. */
export function wrongEnds(question: Question, found: Found): string[] {
  const rows = rowsByPut(found);
  const images = grouped(found.rows.images, ({ key }) => key);
  return question.puts.flatMap((put) => {
    const own = rows.get(`${put.sha256} ${put.key}`) ?? [];
    const states = (images.get(put.key) ?? []).filter(
      ({ state, failure_code: code }) => state === 'done' || code !== null,
    );
    const why = endsOf(put).map((end): string | undefined => {
      if (end === 'superseded')
        return own.length === 0 || own.length >= question.outputs.length ? undefined : 'only a part has rows';
      if (!states.some(({ state }) => state === end)) return `no image of that name is ${end} in the ledger`;
      if (end !== 'done') {
        if (own.length > 0) return `it has ${own.length} rows`;
        return isThere(found, put) ? undefined : 'it is not there any more';
      }
      if (found.input.objects.get(put.key) === put.sha256) return 'the input is still there';
      return own.length < question.outputs.length ? 'an output has no row' : undefined;
    });
    return why.includes(undefined)
      ? []
      : [`half: ${put.key} did not end as ${endsOf(put).join(' or ')}: ${why.join('; ')}`];
  });
}

/** What must not be left when everything is settled. */
export function halves({ puts }: Question, { rows, input, output, rejected }: Found): string[] {
  const put = new Set(puts.map(({ key, sha256 }) => `${sha256} ${key}`));
  const named = new Set(rows.records.map((row) => row.output_key));
  const hidden = [...input.hidden, ...output.hidden, ...(rejected?.hidden ?? [])];
  return [
    ...rows.images
      .filter(({ state }) => state === 'queued' || state === 'processing')
      .map(({ key, state }) => `half: ${key} is still ${state}`),
    ...[...output.objects.keys()]
      .filter((key) => !named.has(key))
      .map((key) => `half: ${key} lies in the output bucket, and no row tells of it`),
    ...[...input.objects]
      .filter(([key, sha256]) => !put.has(`${sha256} ${key}`))
      .map(([key]) => `half: ${key} lies in the input bucket as nobody put it there`),
    ...hidden.map((what) => `half: ${what} was left behind`),
  ];
}

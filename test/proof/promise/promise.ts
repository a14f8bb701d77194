/**
 * The promise, checked from outside: buckets and tables are read directly, the program is not asked. Give it what was
 * put in, and it says in sentences what is not as promised; nothing to say means that the promise was kept.
 */
import { readLedger } from './ledgerRows.ts';
import { type Place, readPlace } from './place.ts';
import { doubles, falseRows, type Found, halves, lostOnes, wrongEnds } from './rules.ts';

/**
 * What must become of something that was put in:
 * - `done`: the input is gone, each output of the recipe lies there, and one row an output says so.
 * - `rejected`, `failed`: the input is there unchanged (or moved aside), a reason is in the ledger, and there is no row.
 * - `superseded`: its owner replaced or removed it. It may have been done before, whole; or nothing at all.
 */
export type End = 'done' | 'rejected' | 'failed' | 'superseded';

/** One upload: these bytes under this key. */
export interface Put {
  readonly key: string;
  readonly sha256: string;
  /** Any of these ends is right. */
  readonly end: End | readonly End[];
  /** How often the very same bytes were put under the key; each time may be logged once. 1 when left out. */
  readonly times?: number;
}

export interface Question {
  readonly puts: readonly Put[];
  readonly input: Place;
  readonly output: Place;
  readonly rejected?: Place;
  readonly databaseUrl: string;
  /** The names of the recipe's outputs. */
  readonly outputs: readonly string[];
  /** Are these bytes what the recipe makes of that input? */
  readonly isRight?: (made: { input: Put; output: string; bytes: Buffer }) => Promise<boolean> | boolean;
  /** While work goes on only what holds at every moment is asked: nothing lost, no false row, none twice. */
  readonly underWay?: boolean;
}

/** @returns violations, each a sentence that begins with its kind: lost, false row, double, half, wrong */
export async function violations(question: Question): Promise<string[]> {
  const found = await look(question);
  const always = [...lostOnes(question, found), ...falseRows(question, found), ...doubles(question, found)];
  const atTheEnd =
    question.underWay === true ? [] : [...wrongEnds(question, found), ...halves(question, found)];
  return [...always, ...found.wrong, ...atTheEnd];
}

/** The order matters while work goes on: an image leaves the input only after its rows are there, and rows come after outputs. */
async function look(question: Question): Promise<Found> {
  const input = await readPlace(question.input);
  const rows = await readLedger(question.databaseUrl);
  const rejected = question.rejected && (await readPlace(question.rejected));
  const puts = new Map(question.puts.map((put) => [`${put.sha256} ${put.key}`, put]));
  const rowOf = new Map(rows.records.map((row) => [row.output_key, row]));
  const wrong: string[] = [];
  const output = await readPlace(question.output, async (key, bytes) => {
    const row = rowOf.get(key);
    const put = row && puts.get(`${row.input_sha256} ${row.input_key}`);
    if (row === undefined || put === undefined || question.isRight === undefined) return;
    if (!(await question.isRight({ input: put, output: row.output, bytes })))
      wrong.push(`wrong: ${key} is not what the recipe makes of ${put.key}`);
  });
  return { input, rejected, rows, output, wrong };
}

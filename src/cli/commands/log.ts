import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { parseFactsQuery } from '../../image/factsQuery.ts';
import { imageStates } from '../../image/state.ts';
import { showKey } from '../../image/key.ts';
import { mostApart } from '../../ledger/catalogue/alike.ts';
import type { LogFilter } from '../../ledger/contract/images.ts';
import { pause } from '../../pipeline/pause.ts';
import { type DuplicatesQuestion, printDuplicates } from '../duplicates.ts';
import { exitCodes } from '../exit.ts';
import { fromImage, fromRecord, type LogLine } from '../logLine.ts';
import { logPrinters } from '../logPrinters.ts';
import type { Action } from '../action.ts';
import { type LedgerSystem, sharedOptions, withLedger } from '../system.ts';

const optionsSchema = sharedOptions.extend({
  name: z.string().optional(),
  image: z.bigint().optional(),
  state: z.array(z.enum(imageStates)).optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  limit: z.number(),
  format: z.enum(['table', 'csv', 'json']),
  follow: z.boolean().optional(),
  where: z.string().optional(),
  duplicates: z.union([z.literal(true), z.string()]).optional(),
});

/** Bits in which the hashes of pictures that look alike differ at most, when nobody says otherwise. */
const usuallyApart = 4;

/** `--duplicates`, `--duplicates dhash`, `--duplicates before.phash:6` */
function duplicatesQuestion(asked: true | string): DuplicatesQuestion {
  if (asked === true) return { by: 'bytes' };
  const [, path = '', distance] = /^([\w.]+?)(?::(\d{1,2}))?$/.exec(asked) ?? [];
  const bits = Number(distance ?? usuallyApart);
  if (path === '' || bits > mostApart) {
    throw new KuvaError('usage-invalid', {
      what: `--duplicates is not understood: ${showKey(asked)}`,
      remedy: `Write --duplicates for the same bytes, or name a hash and in how many bits (0 to ${mostApart}) two may differ: --duplicates dhash:4.`,
    });
  }
  return { by: 'looks', path: path.split('.'), distance: bits };
}

/** Milliseconds between two looks with `--follow`. */
const interval = 500;

/** `kuva log`: what was done to which image. */
export const log: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  const format = terminal.json ? 'json' : options.format;
  const duplicates = options.duplicates === undefined ? undefined : duplicatesQuestion(options.duplicates);
  const facts = options.where === undefined ? undefined : parseFactsQuery(options.where);
  if (facts !== undefined && options.state?.some((state) => state !== 'done') === true) {
    throw new KuvaError('usage-invalid', {
      what: '--where asks for facts, and only images that are done have them',
      remedy: 'Leave out --state.',
    });
  }
  return withLedger(options, terminal, async (system) => {
    if (duplicates !== undefined) {
      await printDuplicates(system.look().catalogue, duplicates, format, terminal);
      return exitCodes.ok;
    }
    const filter: LogFilter = {
      ...(facts !== undefined && { facts }),
      ...(options.name !== undefined && { name: options.name }),
      ...(options.image !== undefined && { imageId: options.image }),
      ...(options.since !== undefined && { since: options.since }),
      ...(options.until !== undefined && { until: options.until }),
      ...(options.limit > 0 && { limit: options.limit }),
    };
    // Of the one image that was asked for: whatever became of it.
    const states =
      options.state ?? (options.image === undefined || facts !== undefined ? ['done'] : imageStates);
    const printer = logPrinters[format](terminal);
    const lines: LogLine[] = [];
    for await (const line of logLines(system, filter, states)) {
      // A table must know its widths; the others are printed as they come, however many there are.
      if (format === 'table') lines.push(line);
      else printer([line]);
    }
    if (format === 'table') {
      if (options.follow === true) lines.reverse();
      if (lines.length > 0) printer(lines);
      else terminal.errorLine(options.follow === true ? 'Nothing yet.' : await nothing(system, options));
      if (lines.length === options.limit)
        terminal.errorLine(`(the newest ${options.limit}; --limit 0 shows all)`);
    }
    if (options.follow === true) await follow(system, filter, states, printer);
    return exitCodes.ok;
  });
};

async function* logLines(
  system: LedgerSystem,
  filter: LogFilter,
  states: readonly string[],
): AsyncGenerator<LogLine> {
  const [only, ...others] = states;
  const ofOne = filter.imageId !== undefined;
  if ((only === 'done' && others.length === 0) || (ofOne && states.includes('done'))) {
    for await (const record of system.ledger.records(filter)) yield fromRecord(record);
    if (!ofOne) return;
  }
  const wanted = imageStates.filter((state) => states.includes(state) && !(ofOne && state === 'done'));
  if (wanted.length === 0) return;
  for await (const image of system.ledger.images({ ...filter, states: wanted })) yield fromImage(image);
}

async function follow(
  system: LedgerSystem,
  filter: LogFilter,
  states: readonly string[],
  print: (lines: readonly LogLine[]) => void,
): Promise<void> {
  const { stop } = system.stopping;
  let since = await system.ledger.now();
  const told = new Set<string>();
  while (!stop.aborted) {
    await pause(interval, stop);
    const now = await system.ledger.now();
    const fresh: LogLine[] = [];
    for await (const line of logLines(system, { ...filter, since, oldestFirst: true }, states)) {
      // The window overlaps the last one: a transaction may become visible later than its clock says.
      const id = `${line.whole.id} ${line.when.getTime()}`;
      if (!told.has(id)) fresh.push(line);
      told.add(id);
    }
    if (fresh.length > 0) print(fresh);
    since = new Date(now.getTime() - 5_000);
    if (told.size > 100_000) told.clear();
  }
}

async function nothing(
  { ledger }: LedgerSystem,
  options: { name?: string | undefined; state?: readonly string[] | undefined; where?: string | undefined },
): Promise<string> {
  const which = options.name === undefined ? 'No image' : `No image that matches "${showKey(options.name)}"`;
  if (options.where !== undefined)
    return `${which} is done and fits --where. (\`kuva log --json\` shows the facts that there are.)`;
  if (options.state !== undefined) return `${which} is in that state.`;
  const { rejected, failed } = await ledger.counts();
  const aside = rejected + failed;
  const hint =
    aside === 0
      ? '`kuva status` tells what is waiting.'
      : `${aside} ${aside === 1 ? 'was' : 'were'} set aside: \`kuva log --state rejected failed\`.`;
  return `${which} has been processed yet. ${hint}`;
}

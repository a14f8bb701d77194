import { z } from 'zod';
import { csvLine } from '../../image/csv.ts';
import { showKey } from '../../image/key.ts';
import { showBytes } from '../../image/quantity.ts';
import { makeChooser } from '../../pipeline/choose/choose.ts';
import { type Fate, foresee, type Foreseen } from '../../pipeline/foresee.ts';
import { whyIgnored } from '../../pipeline/ignored.ts';
import type { Action } from '../action.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { nameFilter } from '../nameFilter.ts';
import { sharedOptions, withSystem } from '../system.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const optionsSchema = sharedOptions.extend({
  name: z.string().optional(),
  format: z.enum(['table', 'csv', 'json']),
});

/** `kuva plan`: what would happen to each object of the input bucket. */
export const plan: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  const format = terminal.json ? 'json' : options.format;
  return withSystem(options, terminal, async (system) => {
    const { config, input, ledger, transformer, recipe, stopping } = system;
    const counts = new Map<string, number>();
    const print = printers[format](terminal);
    const pages = foresee({
      input,
      ledger,
      transformer,
      chooser: system.chooser ?? makeChooser([], recipe),
      maxInputBytes: config.limits.bytes,
      whyIgnored: whyIgnored(config.input.kind === 'folder' ? config.worker.ignore : [], config.wanted),
      ...(options.name !== undefined && { named: nameFilter(options.name) }),
      signal: stopping.stop,
    });
    for await (const page of pages) {
      for (const { fate } of page) counts.set(titleOf(fate), (counts.get(titleOf(fate)) ?? 0) + 1);
      if (page.length > 0) print(page);
    }
    if (format === 'json') terminal.line(jsonText({ event: 'summary', counts: Object.fromEntries(counts) }));
    else summarise(terminal, counts);
    return exitCodes.ok;
  });
};

function summarise(terminal: Terminal, counts: ReadonlyMap<string, number>): void {
  if (counts.size === 0) terminal.errorLine('The input bucket has no such objects.');
  for (const [title, count] of counts) terminal.errorLine(`${count} ${title}`);
  terminal.errorLine('Nothing was changed.');
}

/** What happens, and by which rule, in a few words. */
function titleOf(fate: Fate): string {
  switch (fate.kind) {
    case 'process':
      return fate.rule === undefined ? 'processed' : `processed by ${fate.rule}`;
    case 'skip':
      return `skipped by ${fate.rule}`;
    case 'stay':
      return `${fate.state} already`;
    case 'ignore':
      return 'ignored';
    case 'reject':
      return 'rejected';
    case 'unknown':
      return 'unknown';
  }
}

function detailOf(fate: Fate): string {
  switch (fate.kind) {
    case 'process':
      return fate.outputs.map(({ key }) => showKey(key, 60)).join(', ');
    case 'skip':
      return '';
    default:
      return fate.reason ?? '';
  }
}

const columns = [
  { title: 'input', value: ({ name }: Foreseen) => showKey(name, 48) },
  {
    title: 'size',
    value: ({ size }: Foreseen) => (size === undefined ? '' : showBytes(size)),
    align: 'right' as const,
  },
  { title: 'would be', value: ({ fate }: Foreseen) => titleOf(fate) },
  { title: 'outputs, or reason', value: ({ fate }: Foreseen) => detailOf(fate) },
];

/** Each is opened once and then given a page at a time, however large the bucket is. */
const printers = {
  json: (terminal: Terminal) => (page: readonly Foreseen[]) => {
    for (const { name, size, fate } of page) terminal.line(jsonText({ key: name, bytes: size, ...fate }));
  },
  csv: (terminal: Terminal) => {
    terminal.exactLine(csvLine(['key', 'bytes', 'would_be', 'rule', 'output_keys', 'reason']));
    return (page: readonly Foreseen[]) => {
      for (const { name, size, fate } of page) {
        const outputs = fate.kind === 'process' ? fate.outputs.map(({ key }) => key).join(' ') : undefined;
        const rule = 'rule' in fate ? fate.rule : undefined;
        const reason = 'reason' in fate ? fate.reason : undefined;
        const kind = fate.kind === 'stay' ? fate.state : fate.kind;
        terminal.exactLine(csvLine([name, size, kind, rule, outputs, reason]));
      }
    };
  },
  table: (terminal: Terminal) => {
    let first = true;
    return (page: readonly Foreseen[]) => {
      const [heading = '', ...lines] = table(columns, page);
      if (first) terminal.line(heading);
      first = false;
      for (const line of lines) terminal.line(line);
    };
  },
} as const satisfies Record<string, (terminal: Terminal) => (page: readonly Foreseen[]) => void>;

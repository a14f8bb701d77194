import { csvLine } from '../image/csv.ts';
import { showKey } from '../image/key.ts';
import { showBytes } from '../image/quantity.ts';
import { jsonText } from './jsonText.ts';
import type { LogLine } from './logLine.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The ways to print the log. Each is opened once (a CSV begins with its heading) and then given lines as they come. */
export const logPrinters = {
  json: (terminal: Terminal) => (lines: readonly LogLine[]) => {
    for (const { whole } of lines) terminal.line(jsonText(whole));
  },
  csv: (terminal: Terminal) => {
    terminal.exactLine(
      csvLine([
        'when',
        'state',
        'input_bucket',
        'input_key',
        'output_bucket',
        'output_key',
        'output_bytes',
        'output_sha256',
        'reason',
        'rule',
        'facts',
      ]),
    );
    return (lines: readonly LogLine[]) => {
      for (const line of lines) {
        const {
          when,
          state,
          inputBucket,
          inputKey,
          outputBucket,
          outputKey,
          outputBytes,
          outputSha256,
          reason,
          rule,
          facts,
        } = line;
        terminal.exactLine(
          csvLine([
            when.toISOString(),
            state,
            inputBucket,
            inputKey,
            outputBucket,
            outputKey,
            outputBytes,
            outputSha256,
            reason,
            rule,
            facts === undefined ? undefined : JSON.stringify(facts),
          ]),
        );
      }
    };
  },
  table: (terminal: Terminal) => (lines: readonly LogLine[]) => {
    for (const line of table(columns, lines)) terminal.line(line);
  },
} as const satisfies Record<string, (terminal: Terminal) => (lines: readonly LogLine[]) => void>;

const columns = [
  { title: 'when', value: ({ when }: LogLine) => localTime(when) },
  { title: 'state', value: ({ state }: LogLine) => state },
  { title: 'input', value: ({ inputKey }: LogLine) => showKey(inputKey, 40) },
  {
    title: 'output',
    value: ({ outputKey }: LogLine) => (outputKey === undefined ? '' : showKey(outputKey, 48)),
  },
  {
    title: 'size',
    value: ({ outputBytes }: LogLine) => (outputBytes === undefined ? '' : showBytes(outputBytes)),
    align: 'right' as const,
  },
  { title: 'sha-256, or reason', value: ({ outputSha256, reason }: LogLine) => outputSha256 ?? reason ?? '' },
];

function localTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The frame of a bench's program: its options, Ctrl-C, the JSON file, and that everything is ended and removed. */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { Closing } from './closing.ts';
import { type Section, writeSection } from './writeSection.ts';

/** What every bench can be told. */
export interface CommonOptions {
  readonly json?: string | undefined;
  readonly write?: boolean | undefined;
}

export interface Bench<Options extends CommonOptions, Result> {
  readonly usage: string;
  readonly parse: (argv: readonly string[]) => Options | 'help';
  readonly measure: (options: Options, closing: Closing, say: (line: string) => void) => Promise<Result>;
  readonly report: (result: Result) => string[];
  /** Where `--write` puts the report in docs/performance.md. */
  readonly section?: Section;
  /** Did ours do all that it was given? Otherwise the exit code is 1. */
  readonly sound: (result: Result) => boolean;
}

/** Runs it with the process' own command line; the exit code is the process'. */
export async function runBench<Options extends CommonOptions, Result>({
  usage,
  parse,
  measure,
  report,
  section,
  sound,
}: Bench<Options, Result>): Promise<void> {
  const closing = new Closing();
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      console.error(`\n${signal}: ending the servers and removing what the bench made …`);
      void closing
        .close()
        .catch((thrown: unknown) => {
          console.error(thrown);
        })
        .finally(() => process.exit(code));
    });
  }
  try {
    const options = parse(process.argv.slice(2));
    if (options === 'help') {
      console.log(usage);
      return;
    }
    const result = await measure(options, closing, (line) => {
      console.error(line);
    });
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    const lines = report(result);
    console.log(`\n${lines.join('\n').trimEnd()}`);
    if (options.write === true && section !== undefined) await writeSection(section, lines);
    if (!sound(result)) {
      console.error('Ours did not do all that it was given: see the table.');
      process.exitCode = 1;
    }
  } catch (thrown) {
    process.exitCode = 1;
    if (!closing.signal.aborted) console.error(thrown instanceof Error ? thrown.message : thrown);
    if (process.env['KUVA_DEBUG'] !== undefined) console.error(thrown);
  } finally {
    await closing.close();
  }
}

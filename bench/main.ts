/** `npm run bench`: everything in one run, on one Ceph RGW and one PostgreSQL. `docs/performance.md` tells what and why. */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { bench } from './bench.ts';
import { Closing } from './closing.ts';
import { parseOptions, usage } from './options.ts';
import { report } from './report/report.ts';

const closing = new Closing();

/** Ends and removes everything, then the process, which other work may still hold. */
function endOn(signal: NodeJS.Signals, exitCode: number): void {
  process.once(signal, () => {
    console.error(`\n${signal}: ending the servers and removing what the bench made …`);
    void closing
      .close()
      .catch((thrown: unknown) => {
        console.error(thrown);
      })
      .finally(() => process.exit(exitCode));
  });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const result = await bench(options, closing, (line) => {
    console.error(line);
  });
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\n${report(result).join('\n').trimEnd()}`);
  return result.sound ? 0 : 1;
}

endOn('SIGINT', 130);
endOn('SIGTERM', 143);
try {
  process.exitCode = await main();
} catch (thrown) {
  process.exitCode = 1;
  if (!closing.signal.aborted) console.error(thrown instanceof Error ? thrown.message : thrown);
  if (process.env['KUVA_DEBUG'] !== undefined) console.error(thrown);
} finally {
  await closing.close();
}

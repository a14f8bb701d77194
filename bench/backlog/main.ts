/** `npm run bench:backlog`: does the queue go as fast with a million images waiting? On a PostgreSQL of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisMachine } from '../machine.ts';
import { runBench } from '../program.ts';
import { startDatabases } from '../servers/postgres.ts';
import { databaseOf, measureBacklog, prepareLedgers } from './measure.ts';
import { atOnce, type BacklogOptions, parseBacklogOptions, usage } from './options.ts';
import { backlogReport } from './report.ts';
import type { BacklogResult } from './result.ts';

await runBench<BacklogOptions, BacklogResult>({
  usage,
  parse: parseBacklogOptions,
  // A job that is not settled has thrown.
  sound: ({ runs }) => runs.length > 0,
  report: backlogReport,
  async measure(options, closing, say) {
    const begun = new Date().toISOString();
    const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
    closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const postgres = await startDatabases(folder, Object.values(databaseOf), closing);
    const machine = thisMachine({ PostgreSQL: postgres.version });
    await prepareLedgers(postgres, options, say);
    const runs = await measureBacklog(postgres, options, machine.cores, closing, say);
    const { workers, waiting, done } = options;
    return { begun, machine, workers, atOnce, waiting, done, runs };
  },
});

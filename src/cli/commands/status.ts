import { z } from 'zod';
import { failureKinds } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import type { LedgerStatus, OutageResource } from '../../ledger/contract.ts';
import { pause } from '../../pipeline/pause.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { sharedOptions, withLedger } from '../system.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const optionsSchema = sharedOptions.extend({ watch: z.boolean().optional() });

/** Milliseconds between two looks with `--watch`. */
const interval = 2_000;

/** `kuva status`: what waits, what is in work, what is done, what is in the way. */
export const status: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withLedger(options, terminal, async ({ ledger, config, stopping }) => {
    do {
      const now = await ledger.status();
      if (terminal.json) terminal.line(jsonText({ pipeline: config.pipeline, ...now }));
      else
        show(
          now,
          {
            pipeline: config.pipeline,
            input: config.input.url,
            output: config.output.url,
            ...(config.events !== undefined && { eventsPoll: config.events.poll }),
          },
          terminal,
          options.watch === true,
        );
      if (options.watch === true) await pause(interval, stopping.stop);
    } while (options.watch === true && !stopping.stop.aborted);
    return exitCodes.ok;
  });
};

function show(
  now: LedgerStatus,
  about: { pipeline: string; input: string; output: string; eventsPoll?: number },
  terminal: Terminal,
  redraw: boolean,
): void {
  if (redraw) terminal.line('\u001b[H\u001b[2J');
  const { counts } = now;
  terminal.line(`${terminal.paint('bold', about.pipeline)}: ${about.input} → ${about.output}`);
  if (about.eventsPoll !== undefined) {
    terminal.line(
      `  new images by events of the bucket, and by a look at least every ${showDuration(about.eventsPoll)}; \`kuva events status\` asks the object store`,
    );
  }
  terminal.line();
  const waiting = now.oldestQueuedAt === undefined ? '' : `, the oldest for ${age(now.oldestQueuedAt)}`;
  terminal.line(`  waiting     ${counts.queued}${waiting}`);
  terminal.line(`  in work     ${counts.processing}`);
  const last = now.lastDoneAt === undefined ? '' : `, the last one ${age(now.lastDoneAt)} ago`;
  terminal.line(
    `  done        ${counts.done}${last}; ${now.doneLastMinute} in the last minute, ${now.doneLastHour} in the last hour`,
  );
  terminal.line(
    `  set aside   ${counts.rejected + counts.failed}${counts.superseded > 0 ? `; ${counts.superseded} replaced or removed by their owner` : ''}`,
  );
  for (const { code, state, count } of now.failures) {
    terminal.line(`    ${count} ${state}: ${failureKinds[code].title}`);
  }
  terminal.line();
  if (now.workers.length === 0)
    terminal.line('  No worker is running. `kuva start` or `kuva run` starts one.');
  else for (const line of table(workerColumns, now.workers)) terminal.line(`  ${line}`);
  for (const { worker, resource, url, failure, since } of now.outages) {
    const place = url === '' ? '' : ` ${url}`;
    terminal.line(
      `  ${terminal.paint('yellow', '●')} ${outageTitles[resource]}${place}, for ${age(since)} (since ${since.toISOString().slice(0, 19)}Z), says ${worker}:`,
    );
    terminal.line(`    ${failure.what}`);
    if (failure.remedy !== undefined) terminal.line(`    ${failure.remedy}`);
  }
  if (counts.rejected + counts.failed > 0) {
    terminal.line();
    terminal.line('  `kuva log --state rejected failed` tells the reasons; `kuva retry` tries again.');
  }
}

const workerColumns = [
  { title: 'worker', value: (row: LedgerStatus['workers'][number]) => row.id },
  { title: 'host', value: (row: LedgerStatus['workers'][number]) => row.host },
  { title: 'running for', value: (row: LedgerStatus['workers'][number]) => age(row.startedAt) },
  {
    title: 'in work',
    value: (row: LedgerStatus['workers'][number]) => String(row.processing),
    align: 'right' as const,
  },
  {
    title: '',
    value: (row: LedgerStatus['workers'][number]) =>
      row.alive
        ? row.discovering
          ? 'looks for new images'
          : ''
        : 'has died; its images are being taken over',
  },
];

const outageTitles = {
  input: 'Looking for new images in',
  reading: 'Reading images from',
  removal: 'Removing finished images from',
  output: 'Writing results to',
  rejected: 'Moving rejected images to',
  database: 'The database',
  unknown: 'An outage',
} as const satisfies Record<OutageResource, string>;

function age(since: Date): string {
  return showDuration(Math.max(0, Date.now() - since.getTime()));
}

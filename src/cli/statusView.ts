import { failureKinds } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import { showDuration } from '../image/quantity.ts';
import { visible } from '../image/visible.ts';
import type { OutageResource } from '../ledger/contract/outage.ts';
import type { LedgerStatus } from '../ledger/contract/status.ts';
import { rateOf, timeLeft } from '../pipeline/throughput.ts';
import { type Column, table } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface StatusAbout {
  readonly pipeline: string;
  readonly input: string;
  readonly output: string;
  /** Milliseconds; set where the bucket tells of new objects by itself. */
  readonly eventsPoll?: number;
}

/** The status for people. Ages are by the database's clock, as the times are. */
export function showStatus(now: LedgerStatus, about: StatusAbout, terminal: Terminal, redraw: boolean): void {
  if (redraw) terminal.clear();
  const { counts } = now;
  terminal.line(`${terminal.paint('bold', about.pipeline)}: ${about.input} → ${about.output}`);
  if (about.eventsPoll !== undefined) {
    terminal.line(
      `  new images by events of the bucket, and by a look at least every ${showDuration(about.eventsPoll)}; \`kuva events status\` asks the object store`,
    );
  }
  terminal.line();
  const waiting =
    now.oldestQueuedAt === undefined ? '' : `, the oldest for ${since(now, now.oldestQueuedAt)}`;
  terminal.line(`  waiting     ${counts.queued}${waiting}`);
  terminal.line(`  in work     ${counts.processing}`);
  const [rate, left] = [rateOf(now), timeLeft(now)];
  if (rate !== undefined) {
    const speed = rate >= 1 ? `${rate.toFixed(1)}/s` : `${(rate * 60).toFixed(1)}/min`;
    terminal.line(`  rate        ${speed}${left === undefined ? '' : `; about ${showDuration(left)} left`}`);
  }
  const last = now.lastDoneAt === undefined ? '' : `, the last one ${since(now, now.lastDoneAt)} ago`;
  terminal.line(
    `  done        ${counts.done}${last}; ${now.doneLastMinute} in the last minute, ${now.doneLastHour} in the last hour`,
  );
  terminal.line(
    `  set aside   ${counts.rejected + counts.failed}${counts.superseded > 0 ? `; ${counts.superseded} replaced or removed by their owner` : ''}`,
  );
  for (const { code, state, count } of now.failures) {
    terminal.line(`    ${count} ${state}: ${failureKinds[code].title}`);
  }
  if (counts.skipped > 0)
    terminal.line(`  skipped     ${counts.skipped}, by rules: \`kuva log --state skipped\``);
  const pass = now.lastPass;
  terminal.line(
    pass === undefined
      ? '  last look   none yet over the whole input bucket'
      : `  last look   ${since(now, pass.at)} ago: ${pass.seen} ${pass.seen === 1 ? 'object' : 'objects'}, ${pass.queued} of them new, in ${showDuration(pass.took)}`,
  );
  terminal.line();
  if (now.workers.length === 0)
    terminal.line('  No worker is running. `kuva start` or `kuva run` starts one.');
  else for (const line of table(workerColumns(now), now.workers)) terminal.line(`  ${line}`);
  for (const { worker, resource, url, failure, since: begun } of now.outages) {
    const place = url === '' ? '' : ` ${url}`;
    terminal.line(
      `  ${terminal.paint('yellow', '●')} ${outageTitles[resource]}${place}, for ${since(now, begun)} (since ${begun.toISOString().slice(0, 19)}Z), says ${worker}:`,
    );
    terminal.line(`    ${visible(failure.what)}`);
    if (failure.remedy !== undefined) terminal.line(`    ${failure.remedy}`);
  }
  if (counts.rejected + counts.failed > 0) {
    terminal.line();
    terminal.line('  `kuva log --state rejected failed` tells the reasons; `kuva retry` tries again.');
  }
}

type Worker = LedgerStatus['workers'][number];

function workerColumns(now: LedgerStatus): Column<Worker>[] {
  return [
    { title: 'worker', value: (row) => row.id },
    { title: 'host', value: (row) => row.host },
    { title: 'running for', value: (row) => since(now, row.startedAt) },
    { title: 'in work', value: (row) => String(row.processing), align: 'right' },
    { title: '', value: (row) => doing(now, row) },
  ];
}

function doing(now: LedgerStatus, { alive, discovering, longest }: Worker): string {
  if (!alive) return 'has died; its images are being taken over';
  return [
    discovering ? 'looks for new images' : '',
    longest === undefined ? '' : `longest: ${showKey(longest.key, 60)}, ${since(now, longest.since)}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

const outageTitles = {
  input: 'Looking for new images in',
  reading: 'Reading images from',
  removal: 'Removing finished images from',
  output: 'Writing results to',
  rejected: 'Moving rejected images to',
  archive: 'Moving inputs that are done to',
  database: 'The database',
  decoder: 'The image decoder',
  unknown: 'An outage',
} as const satisfies Record<OutageResource, string>;

function since({ now }: LedgerStatus, then: Date): string {
  return showDuration(Math.max(0, now.getTime() - then.getTime()));
}

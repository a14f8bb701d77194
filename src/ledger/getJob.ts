/** Graphile Worker's statement that takes a job, in a form whose cost does not depend on what else waits. */

import { unhurried } from './sql.ts';

/** As 0.17.3 writes it (dist/sql/getJobs.js), in the two places that matter. */
const anyTask = 'task_id = any($2::int[])';
const byPriority = 'order by priority asc, run_at asc';
const taken = /returning \*$/;

/**
 * We ask for one kind of job only. Said in this way, and sorted by it, the statement can be answered in order by the
 * index `kuva_jobs_by_task` and by no other: whatever the planner believes about how many jobs of which kind there
 * are, it goes straight to the first. Without, a pipeline beside one with a million jobs read all of those first.
 * Nor is it waited for until it is on disk: what a crash of the server takes back is a job that nobody has begun, since
 * beginning brings both to disk.
 * @returns the text as it is, when it is not the one that is known
 */
export function getJobOfOneTask(text: string): string {
  if (!text.includes(anyTask) || !text.includes(byPriority) || !taken.test(text)) return text;
  return text
    .replace(anyTask, 'task_id between ($2::int[])[1] and ($2::int[])[1]')
    .replace(byPriority, 'order by task_id asc, priority asc, run_at asc')
    .replace(taken, `returning *, ${unhurried} as unhurried`);
}

/**
 * Its statement that removes a finished job, likewise: a job that comes back after a crash is found to be over.
 * @returns the text as it is, when it is not the one that is known
 */
export function completeJobUnhurried(text: string): string {
  return /^delete from \S+ as jobs\s[^]*where id = \S+$/.test(text)
    ? `${text}\nreturning ${unhurried}`
    : text;
}

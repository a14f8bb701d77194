/** Graphile Worker's statement that takes a job, in a form whose cost does not depend on what else waits. */

import { unhurried } from './sql.ts';

/** As 0.17.3 writes it (dist/sql/getJobs.js), in the two places that matter. */
const anyTask = 'task_id = any($2::int[])';
const byPriority = 'order by priority asc, run_at asc';
const taken = /returning \*$/;
const one = /limit 1$/m;

/**
 * We ask for one kind of job only. Said in this way, and sorted by it, the statement can be answered in order by the
 * index `kuva_jobs_by_task` and by no other: whatever the planner believes about how many jobs of which kind there
 * are, it goes straight to the first. Without, a pipeline beside one with a million jobs read all of those first.
 * Nor is it waited for until it is on disk: what a crash of the server takes back is a job that nobody has begun, since
 * beginning brings both to disk.
 * @param most jobs that are taken at once. A number in the text, not a parameter: the planner must know that it is small
 * @returns the text as it is, for one job, when it is not the one that is known
 */
export function getJobOfOneTask(text: string, most = 1): string {
  if (!isKnown(text)) return text;
  return text
    .replace(one, `limit ${most}`)
    .replace(anyTask, 'task_id between ($2::int[])[1] and ($2::int[])[1]')
    .replace(byPriority, 'order by task_id asc, priority asc, run_at asc')
    .replace(taken, `returning *, ${unhurried} as unhurried`);
}

/** Whether it is the statement that {@link getJobOfOneTask} can put in another form. */
export function isKnown(text: string): boolean {
  return text.includes(anyTask) && text.includes(byPriority) && taken.test(text) && one.test(text);
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

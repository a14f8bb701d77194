import { writeFile } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets a process run only where nobody else wants the processor. Linux may weigh sessions against each other before it
 * looks at their processes (sched(7), autogroup), and a decoder has a session of its own: that is lowered as well.
 */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It is gone, or the system has no such thing: then it is one process among others.
  }
  writeFile(`/proc/${pid}/autogroup`, '19', () => undefined);
}

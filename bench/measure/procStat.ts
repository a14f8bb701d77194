import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc's CPU times in a second. The kernel shows them in USER_HZ, which is 100 on Linux (man 5 proc). */
const ticksPerSecond = 100;

export interface ProcessTimes {
  readonly parent: number;
  /** CPU seconds, user and system, of the process itself. */
  readonly own: number;
  /** CPU seconds of its children that have ended and were waited for, and of theirs. */
  readonly ended: number;
}

/** Reads the text of /proc/PID/stat. The name in parentheses may itself hold blanks and parentheses. */
export function parseProcessStat(text: string): ProcessTimes {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // man 5 proc counts from 1 and from the pid: state is field 3, ppid 4, utime 14, stime 15, cutime 16, cstime 17.
  const seconds = (field: number): number => Number(fields[field - 3]) / ticksPerSecond;
  return { parent: Number(fields[1]), own: seconds(14) + seconds(15), ended: seconds(16) + seconds(17) };
}

/** CPU seconds in which the machine was busy, from the text of /proc/stat: all but idle and iowait. */
export function parseBusySeconds(text: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (text.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** Bytes of the peak resident set, from the text of /proc/PID/status; undefined for a process that is ending. */
export function parsePeakBytes(text: string): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Undefined when there is no such process (any more). */
export function timesOf(pid: number): ProcessTimes | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcessStat(text);
}

export function peakBytesOf(pid: number): number | undefined {
  const text = readIfThere(`/proc/${pid}/status`);
  return text === undefined ? undefined : parsePeakBytes(text);
}

/** The words of a process' command line, by blanks; undefined when there is no such process (any more). */
export function commandLineOf(pid: number): string | undefined {
  return readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
}

export function busySeconds(): number {
  return parseBusySeconds(readFileSync('/proc/stat', 'utf8'));
}

/** The process and everything below it, as of now. */
export function treeOf(pid: number): number[] {
  const found = [pid];
  for (let at = 0; at < found.length; at++) found.push(...childrenOf(found[at] ?? -1));
  return found;
}

/** CPU seconds of a process and everything that is or was below it. Children that ended are in their parent's times. */
export function treeSeconds(pid: number): number {
  let seconds = 0;
  for (const each of treeOf(pid)) {
    const times = timesOf(each);
    if (times !== undefined) seconds += times.own + times.ended;
  }
  return seconds;
}

function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) =>
    (readIfThere(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}

/** Processes come and go while one looks. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

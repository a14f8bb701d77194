import { ConfigInvalid } from '../config/mistake.ts';
import { describeFailure, type Exit, failureKinds, type KuvaError } from '../image/failure.ts';
import { jsonText } from './jsonText.ts';
import type { Terminal } from './terminal.ts';

/** What each exit code means; `docs/cli.md` has the same table. Source of 75 and 78: sysexits.h. */
export const exitCodes = {
  /** Everything was done. */
  ok: 0,
  /** Something went wrong that trying again will not mend. */
  failure: 1,
  /** The command line was not understood. */
  usage: 2,
  /** The work is done, but some images were set aside and need a person. */
  setAside: 3,
  /** Images wait, and nothing moves. */
  stalled: 4,
  /** A store or the database is not available: try again later. */
  unavailable: 75,
  /** The configuration has a mistake. */
  config: 78,
  /** Stopped by Ctrl-C before the end; nothing is lost. */
  incomplete: 130,
} as const satisfies Record<Exit | 'ok' | 'setAside' | 'stalled', number>;

/** Prints an error for a person (or as one JSON object) and returns the exit code that goes with it. */
export function reportFailure(failure: KuvaError, terminal: Terminal): number {
  const code = exitCodes[failureKinds[failure.code].exit];
  if (terminal.json) {
    const { code: name, message, data, remedy } = failure;
    const mistakes = failure instanceof ConfigInvalid ? { mistakes: failure.mistakes } : {};
    terminal.errorLine(
      jsonText({ error: { code: name, what: message, data, remedy, ...mistakes, exit: code } }),
    );
    return code;
  }
  const [what = '', ...rest] = describeFailure(failure);
  terminal.errorLine(`${terminal.paint('red', 'kuva:')} ${what}`);
  for (const line of rest) terminal.errorLine(`      ${line.replaceAll('\n', '\n      ')}`);
  if (process.env['KUVA_DEBUG'] !== undefined) terminal.errorLine(failure.stack ?? '');
  return code;
}

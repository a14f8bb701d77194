/** What the end of a decoder's process means, in words. */

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to its standard error. */
  readonly lastWords: string;
}

const meanings: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGSEGV: 'it touched memory that is not its own',
  SIGBUS: 'it touched memory that is not there',
  SIGILL: 'it met an instruction that this processor does not have',
  SIGFPE: 'it divided by zero',
  SIGABRT: 'it gave itself up',
  SIGTRAP: 'it gave itself up',
  SIGSYS: 'it asked the system for something forbidden',
  SIGXCPU: 'it used up its processor time',
  SIGKILL: 'it was killed from outside, most likely by the system because memory had run out',
};

/** E.g. "SIGSEGV: it touched memory that is not its own". */
export function describeEnding({ code, signal, lastWords }: Ending): string {
  const how =
    signal === null
      ? `exit code ${code ?? 'unknown'}`
      : `${signal}: ${meanings[signal] ?? 'a signal from outside ended it'}`;
  const said = tellingLine(lastWords);
  return said === undefined ? how : `${how}; its last words: ${said}`;
}

/** The line that says what happened, without what could confuse a terminal: it may quote the image. */
function tellingLine(words: string): string | undefined {
  const lines = words
    .replaceAll(/[^\x20-\x7e\n]/g, '?')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[a-z]{3}/i.test(line));
  return (lines.find((line) => /fatal|error|corrupt|assert|free\(\)/i.test(line)) ?? lines.at(-1))?.slice(
    0,
    200,
  );
}

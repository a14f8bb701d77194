/**
 * Reads `export NAME=value` lines of a shell script without running it. What a shell would have to work out
 * (`$OTHER`, `$(command)`, backquotes, `~`) is reported instead of guessed.
 */
export interface Assignments {
  readonly values: ReadonlyMap<string, string>;
  /** Names whose value only a shell can tell. */
  readonly computed: ReadonlySet<string>;
}

/** Quotes as in bash (Bash reference manual, 3.1.2): `'…'`, `"…"`, `$'…'`, `\x`, and any of them joined. */
export function parseAssignments(script: string): Assignments {
  const values = new Map<string, string>();
  const computed = new Set<string>();
  const first = /[ \t]*(?:export[ \t]+|declare[ \t]+-x[ \t]+)?([A-Za-z_]\w*)=/y;
  // More on the same line: `export A=1 B=2`, `A=1; B=2`, `A=1 && export B=2`.
  const next = /[ \t]*(?:;|&&|[ \t])[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=/y;
  let at = 0;
  while (at < script.length) {
    let match = matchAt(first, script, at);
    while (match) {
      const name = match[1] ?? '';
      const word = readWord(script, at + match[0].length);
      values.delete(name);
      computed.delete(name);
      if (word.text === undefined) computed.add(name);
      else values.set(name, word.text);
      at = word.end;
      match = matchAt(next, script, at);
    }
    const lineEnd = script.indexOf('\n', at);
    at = lineEnd < 0 ? script.length : lineEnd + 1;
  }
  return { values, computed };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** One shell word from `at`; `text` is undefined when it holds an expansion or an open quote. */
function readWord(script: string, at: number): { text: string | undefined; end: number } {
  let text: string | undefined = script.charAt(at) === '~' ? undefined : '';
  let end = at;
  const add = (part: string | undefined) => {
    text = text === undefined || part === undefined ? undefined : text + part;
  };
  while (end < script.length && !/[\s;&|<>()]/.test(script.charAt(end))) {
    const rest = script.slice(end);
    const part = partAt(rest);
    add(part.text);
    end += part.length;
  }
  return { text, end };
}

/** The quoted or bare piece that `rest` begins with. */
function partAt(rest: string): { text: string | undefined; length: number } {
  const single = /^'([^']*)'/.exec(rest);
  if (single) return { text: single[1] ?? '', length: single[0].length };
  const double = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
  if (double) return { text: unquoteDouble(double[1] ?? ''), length: double[0].length };
  const ansi = /^\$'((?:[^'\\]|\\[\s\S])*)'/.exec(rest);
  if (ansi) return { text: unquoteAnsi(ansi[1] ?? ''), length: ansi[0].length };
  if (rest.startsWith('\\\n')) return { text: '', length: 2 };
  if (rest.startsWith('\\')) return { text: rest.charAt(1), length: 2 };
  // An opening quote without its end: the rest of the script belongs to it.
  if (/^['"]/.test(rest)) return { text: undefined, length: rest.length };
  if (/^[$`]/.test(rest)) return { text: /^\$(?=[\s"']|$)/.test(rest) ? '$' : undefined, length: 1 };
  return { text: rest.charAt(0), length: 1 };
}

/** Within double quotes a backslash is itself unless it stands before $, `, ", \ or the end of the line. */
function unquoteDouble(inner: string): string | undefined {
  if (/(?:^|[^\\])(?:\\\\)*(?:`|\$[\w({@*#?$!-])/.test(inner)) return undefined;
  return inner.replace(/\\\n/g, '').replace(/\\([$`"\\])/g, '$1');
}

const ansiEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
};

function unquoteAnsi(inner: string): string | undefined {
  // Octal, hexadecimal and Unicode escapes: nobody's password file has them; say so rather than get one wrong.
  if (/\\[0-7xuUc]/.test(inner)) return undefined;
  return inner.replace(/\\([\s\S])/g, (_whole, character: string) => ansiEscapes[character] ?? character);
}

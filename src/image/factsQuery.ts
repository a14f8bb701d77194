/**
 * What `kuva log --where` asks: comparisons of facts, joined by `and`, `or`, `not` and parentheses.
 *
 *     blur < 0.2 and (exif.model = 'X100' or label in ('cat', 'dog')) and not missing exif.iso
 *
 * It is read into this tree, and never becomes a part of a statement's text.
 */
import { KuvaError } from './failure.ts';

export const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof comparisons)[number];

export type Literal = string | number | boolean | null;

/** Names from the outermost to the innermost, e.g. `exif`, `model`. */
export type FactPath = readonly string[];

export type FactsQuery =
  | { readonly is: 'and' | 'or'; readonly parts: readonly FactsQuery[] }
  | { readonly is: 'not'; readonly part: FactsQuery }
  | { readonly is: 'compare'; readonly path: FactPath; readonly by: Comparison; readonly value: Literal }
  /** `*` and `?` are wildcards. */
  | { readonly is: 'like'; readonly path: FactPath; readonly pattern: string }
  | { readonly is: 'in'; readonly path: FactPath; readonly values: readonly Literal[] }
  | { readonly is: 'missing'; readonly path: FactPath };

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  /** Of its first character in the whole. */
  readonly at: number;
}

const signs = /^(?:!=|<>|<=|>=|==|[=<>(),])/;
const word =
  /^[\p{L}_][\p{L}\p{N}_-]*(?:\.(?:[\p{L}\p{N}_-]+|"[^"]*"))*|^"[^"]*"(?:\.(?:[\p{L}\p{N}_-]+|"[^"]*"))*/u;
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/u;

/** Deeper than anybody writes. */
const deepest = 50;
const longest = 10_000;

/** @throws KuvaError `usage-invalid`, which shows the place */
export function parseFactsQuery(text: string): FactsQuery {
  return new Reader(text).whole();
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > longest)
      throw mistake('', 0, `it has ${text.length} characters, and ${longest} is the most`);
    this.#tokens = this.#split();
  }

  whole(): FactsQuery {
    const query = this.#either();
    const left = this.#peek();
    if (left.kind !== 'end') throw this.#expected('and, or, or the end', left);
    return query;
  }

  #either(): FactsQuery {
    return this.#joined('or', () => this.#joined('and', () => this.#single()));
  }

  #joined(is: 'and' | 'or', read: () => FactsQuery): FactsQuery {
    const first = read();
    const parts = [first];
    while (this.#takes(is)) parts.push(read());
    return parts.length === 1 ? first : { is, parts };
  }

  #single(): FactsQuery {
    this.#depth++;
    if (this.#depth > deepest) throw mistake(this.#text, this.#peek().at, 'it is nested too deep');
    try {
      if (this.#takes('not')) return { is: 'not', part: this.#single() };
      if (this.#takes('missing')) return { is: 'missing', path: this.#path() };
      if (!this.#takes('(')) return this.#comparison();
      const inner = this.#either();
      if (!this.#takes(')')) throw this.#expected('a closing parenthesis', this.#peek());
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #comparison(): FactsQuery {
    const path = this.#path();
    if (this.#takes('like')) {
      const token = this.#take();
      if (token.kind !== 'text') throw this.#expected("a text such as 'IMG_*'", token);
      return { is: 'like', path, pattern: token.text };
    }
    if (this.#takes('in')) return { is: 'in', path, values: this.#list() };
    const token = this.#take();
    const by = { '==': '=', '<>': '!=' }[token.text] ?? token.text;
    const comparison = comparisons.find((one) => one === by);
    if (token.kind !== 'sign' || comparison === undefined) {
      throw this.#expected(`one of ${comparisons.join(', ')}, like, in`, token);
    }
    return { is: 'compare', path, by: comparison, value: this.#literal() };
  }

  #list(): Literal[] {
    if (!this.#takes('(')) throw this.#expected("a list such as ('cat', 'dog')", this.#peek());
    const values = [this.#literal()];
    while (this.#takes(',')) values.push(this.#literal());
    if (!this.#takes(')')) throw this.#expected('a comma or a closing parenthesis', this.#peek());
    return values;
  }

  #path(): FactPath {
    const token = this.#take();
    if (token.kind !== 'word') throw this.#expected('the name of a fact, such as blur', token);
    return [...token.text.matchAll(/"([^"]*)"|([^."]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    const named = { true: true, false: false, null: null }[token.text.toLowerCase()];
    if (token.kind === 'word' && named !== undefined) return named;
    throw this.#expected(
      token.kind === 'word'
        ? `a number, or a text in quotes: '${token.text}'`
        : "a number or a text such as 'cat'",
      token,
    );
  }

  /** Takes the next token if it is this word or sign. */
  #takes(text: string): boolean {
    const { kind, text: next } = this.#peek();
    if ((kind !== 'word' && kind !== 'sign') || next.toLowerCase() !== text) return false;
    this.#next++;
    return true;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  #expected(what: string, { kind, text, at }: Token): KuvaError {
    return mistake(
      this.#text,
      at,
      kind === 'end'
        ? `it ends where ${what} is expected`
        : `${JSON.stringify(text)} stands where ${what} is expected`,
    );
  }

  #split(): Token[] {
    const tokens: Token[] = [];
    for (let at = 0; at < this.#text.length; ) {
      const rest = this.#text.slice(at);
      const space = /^\s+/.exec(rest)?.[0].length ?? 0;
      if (space > 0) {
        at += space;
        continue;
      }
      const token = tokenOf(rest) ?? quoted(rest);
      if (token === undefined)
        throw mistake(this.#text, at, `${JSON.stringify(rest.slice(0, 1))} has no meaning here`);
      if (token.end === undefined) throw mistake(this.#text, at, 'a text begins and does not end');
      tokens.push({ kind: token.kind, text: token.text, at });
      at += token.end;
    }
    return tokens;
  }
}

interface Found {
  readonly kind: Token['kind'];
  readonly text: string;
  /** Characters that it takes; undefined when it does not end. */
  readonly end: number | undefined;
}

function tokenOf(rest: string): Found | undefined {
  for (const [kind, pattern] of [
    ['number', number],
    ['word', word],
    ['sign', signs],
  ] as const) {
    const text = pattern.exec(rest)?.[0];
    if (text !== undefined) return { kind, text, end: text.length };
  }
  return undefined;
}

/** A text in single quotes; two of them stand for one within. */
function quoted(rest: string): Found | undefined {
  if (!rest.startsWith("'")) return undefined;
  const whole = /^'((?:[^']|'')*)'/.exec(rest);
  return { kind: 'text', text: (whole?.[1] ?? '').replaceAll("''", "'"), end: whole?.[0].length };
}

function mistake(text: string, at: number, what: string): KuvaError {
  return new KuvaError('usage-invalid', {
    what: `--where is not understood at character ${at + 1}: ${what}`,
    remedy: `${text}\n${' '.repeat(at)}^\nWrite it like: blur < 0.2 and exif.model = 'X100'. See docs/facts.md.`,
  });
}

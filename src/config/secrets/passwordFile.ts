/**
 * libpq's password file (PostgreSQL documentation, "The Password File"): lines of
 * `host:port:database:user:password`, the first that fits wins.
 */
import path from 'node:path';
import { Secret } from '../../image/secret.ts';
import { absolutePath, type Surroundings, showPath, variable } from '../surroundings.ts';
import type { Found } from './s3Place.ts';

export interface PasswordQuestion {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

export interface PasswordAnswer {
  readonly name: string;
  readonly password?: Found<Secret>;
  readonly lacks?: string;
  /** Set when the file holds passwords but must not be trusted: worth a warning, as psql gives one. */
  readonly warning?: string;
}

/**
 * @param named a password file that the config names; left out: PGPASSFILE, else `~/.pgpass`
 *   (on Windows `%APPDATA%\postgresql\pgpass.conf`)
 */
export function fromPasswordFile(
  around: Surroundings,
  question: PasswordQuestion,
  named?: string,
): PasswordAnswer {
  const written = named ?? variable(around, 'PGPASSFILE');
  const file = written === undefined ? usualFile(around) : absolutePath(written, around.cwd, around);
  const name = showPath(file, around);
  const look = around.look(file);
  if (look.outcome === 'missing') return { name, lacks: 'not there' };
  if (look.outcome === 'unreadable') return { name, lacks: look.reason };
  if (look.openToOthers) {
    const lacks = 'other users of this machine may read it, so it is ignored (as psql does)';
    return {
      name,
      lacks,
      warning: `${name} is ignored: other users may read it. Mend it with: chmod 600 ${name}`,
    };
  }
  const password = findPassword(look.text, question);
  if (password === undefined) {
    return {
      name,
      lacks: `no line for ${question.host}:${question.port}:${question.database}:${question.user}`,
    };
  }
  return { name, password: { value: new Secret(password), origin: name } };
}

/** The password of the first line that fits, or undefined. */
export function findPassword(text: string, question: PasswordQuestion): string | undefined {
  // libpq asks for a Unix socket, wherever it lies in the default place, as "localhost".
  const host = question.host.startsWith('/') ? ['localhost', question.host] : [question.host];
  const wanted = [host, [String(question.port)], [question.database], [question.user]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#') || line === '') continue;
    const fields = splitLine(line);
    const password = fields[4];
    if (password === undefined) continue;
    if (wanted.every((values, index) => fields[index] === '*' || values.includes(fields[index] ?? ''))) {
      return password;
    }
  }
  return undefined;
}

/** A line for such a file, with `:` and `\` escaped. */
export function passwordLine(question: PasswordQuestion, password: Secret): string {
  const escape = (field: string) => field.replace(/[\\:]/g, '\\$&');
  const { host, port, database, user } = question;
  return [host, String(port), database, user, password.reveal()].map(escape).join(':');
}

/** At the first four unescaped colons; the password is the rest up to a fifth one, as in libpq. */
function splitLine(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === '\\' && index + 1 < line.length) {
      index += 1;
      field += line.charAt(index);
    } else if (character === ':') {
      fields.push(field);
      field = '';
    } else {
      field += character;
    }
  }
  return [...fields, field];
}

function usualFile(around: Surroundings): string {
  const appData = process.platform === 'win32' ? variable(around, 'APPDATA') : undefined;
  return appData === undefined
    ? path.join(around.home, '.pgpass')
    : path.join(appData, 'postgresql', 'pgpass.conf');
}

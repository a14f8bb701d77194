/** `postgres://user:password@host:port/database?sslmode=require`, as libpq reads it (documentation, 32.1.1.2). */
import { maskSecrets } from '../mask.ts';
import { suggest } from '../suggest.ts';
import { type DatabaseParts, partsFrom } from './databasePlace.ts';

/** Query parameters with a meaning for us, by libpq's names. */
const known = {
  host: 'host',
  port: 'port',
  dbname: 'database',
  user: 'user',
  password: 'password',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
} as const satisfies Record<string, keyof DatabaseParts>;

/** libpq's, and others', that change nothing here: told in a note, so that nobody relies on them. */
const ignored =
  /^(application_name|fallback_application_name|connect_timeout|client_encoding|channel_binding|keepalives\w*|tcp_user_timeout|target_session_attrs|gssencmode|sslnegotiation|sslcrl|sslsni|schema|pgbouncer|connection_limit)$/;

export interface ParsedUrl {
  readonly parts: DatabaseParts;
  /** What was wrong, in words that never hold any part of the URL but a parameter's name. */
  readonly faults: readonly string[];
  /** Names of parameters that were passed over. */
  readonly ignored: readonly string[];
}

/** @param origin where the URL stands; every part gets it */
export function parseDatabaseUrl(text: string, origin: string): ParsedUrl {
  const shape = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(
    text.trim(),
  );
  if (shape === null) return { parts: {}, faults: [shapeFault(text)], ignored: [] };
  const [, userPart = '', hostPart = '', databasePart = '', query = ''] = shape;
  const faults: string[] = [];
  const decode = (part: string, what: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      faults.push(`its ${what} holds a % that is not followed by two hexadecimal digits; write %25 for a %`);
      return '';
    }
  };

  const texts: Partial<Record<keyof DatabaseParts, { value: string; origin: string }>> = {};
  const passedOver: string[] = [];
  const set = (name: keyof DatabaseParts, part: string) => {
    if (part !== '')
      texts[name] = { value: decode(part, name === 'database' ? 'database name' : name), origin };
  };
  const colon = userPart.indexOf(':');
  set('user', colon < 0 ? userPart : userPart.slice(0, colon));
  if (colon >= 0) set('password', userPart.slice(colon + 1));
  if (hostPart.includes(',')) faults.push('it names several hosts; give one');
  const address = /^(\[[^\]]+\]|[^:]*)(?::(.*))?$/.exec(hostPart);
  if (address === null) faults.push('its host is not readable; an IPv6 address stands in [brackets]');
  set('host', (address?.[1] ?? '').replace(/^\[|\]$/g, ''));
  set('port', address?.[2] ?? '');
  set('database', databasePart);
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    if (isKnown(name)) set(known[name], value.join('='));
    else if (ignored.test(name)) passedOver.push(name);
    else {
      const meant = suggest(name, Object.keys(known));
      faults.push(
        `its parameter "${maskSecrets(name)}" is not known; ${meant === undefined ? `there are ${Object.keys(known).join(', ')}` : `did you mean ${meant}?`}`,
      );
    }
  }
  const { parts, badPort } = partsFrom(texts);
  if (badPort) faults.push('its port is not a number from 1 to 65535');
  return { parts: faults.length > 0 ? {} : parts, faults, ignored: passedOver };
}

function isKnown(name: string): name is keyof typeof known {
  return Object.hasOwn(known, name);
}

function shapeFault(text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text.trim())) return 'it does not begin with postgres://';
  if ((text.match(/@/g) ?? []).length > 1 || /:\/\/[^@]*[/?#][^@]*@/.test(text)) {
    return 'its password seems to hold @, /, ? or #; write them as %40, %2F, %3F and %23, or leave the password out and keep it in ~/.pgpass or PGPASSWORD';
  }
  return 'it is not of the form postgres://user@host:port/database';
}

import { type FailureCode, KuvaError } from '../image/failure.ts';
import { showKey } from '../image/key.ts';

interface Reading {
  readonly code: FailureCode;
  readonly what: string;
  readonly remedy?: string;
}

const unreachable = (what: string): Reading => ({
  code: 'database-unreachable',
  what,
  remedy:
    'Is PostgreSQL running, and may this machine connect to it? Work goes on by itself when it answers.',
});

const denied = (what: string, remedy: string): Reading => ({ code: 'database-denied', what, remedy });

const full: Reading = {
  code: 'database-full',
  what: 'The database has no room left on its disk',
  remedy: 'Give it more room. Work goes on by itself then.',
};

const busy: Reading = {
  code: 'database-busy',
  what: 'The database takes no more connections',
  remedy: 'Stop other programs that use it, run fewer workers, or raise max_connections.',
};

/**
 * PostgreSQL's SQLSTATEs (documentation, appendix A) and Node's socket errors, and what they mean for us. Looked up
 * by the whole code first, then by its class, the first two characters.
 */
const readings: Readonly<Record<string, Reading>> = {
  '08': unreachable('The connection to the database broke'),
  '57P01': unreachable('The database closed the connection: it is being stopped or restarted'),
  '57P02': unreachable('The database closed the connection after a crash of one of its processes'),
  '57P03': unreachable('The database is starting up or shutting down'),
  '57P05': unreachable('The database closed an idle connection'),
  ECONNREFUSED: unreachable('The database does not accept connections'),
  ECONNRESET: unreachable('The connection to the database was cut'),
  ECONNABORTED: unreachable('The connection to the database was cut'),
  EPIPE: unreachable('The connection to the database was cut'),
  ETIMEDOUT: unreachable('The database does not answer'),
  EHOSTUNREACH: unreachable('There is no way through the network to the database'),
  ENETUNREACH: unreachable('There is no way through the network to the database'),
  ENETDOWN: unreachable('The network is down'),
  ENOTFOUND: unreachable("The database server's name is not known"),
  EAI_AGAIN: unreachable("The database server's name could not be looked up"),
  ENOENT: unreachable("The database server's socket is not there"),
  '28': denied(
    'The database refuses this user',
    'Check user name, password and the address that may connect.',
  ),
  '28P01': denied('The database refuses the password of this user', 'Check user name and password.'),
  '3D000': denied('The database server has no database of this name', 'Create it, or correct its name.'),
  '42501': denied(
    'The database user lacks a right',
    'Let it own the database, or: GRANT CONNECT, CREATE ON DATABASE … TO the user. docs/least-rights.md has what a user needs that does not own the ledger.',
  ),
  '25006': {
    code: 'database-readonly',
    what: 'The database takes no writes',
    remedy:
      'It may be a standby, or its provider has stopped writes. Work goes on by itself when it takes them.',
  },
  '53100': full,
  '53200': { ...busy, what: 'The database is out of memory' },
  '53300': busy,
  '57014': {
    ...busy,
    what: 'The database gave up a statement: it took longer than it allows (statement_timeout)',
    remedy: 'Is it overloaded? Raise statement_timeout for this user. Work goes on by itself.',
  },
  '58': unreachable('The database has trouble with its own disk'),
  '55P03': { ...busy, what: 'The database is busy with something that locks our tables' },
  '3F000': {
    code: 'database-schema',
    what: "The schema of kuva's tables is missing in the database",
    remedy: 'Was it dropped by hand? Restore it from a backup, or give kuva an empty database.',
  },
  '42P01': {
    code: 'database-schema',
    what: "A table of kuva's is missing in the database",
    remedy: 'Was it dropped by hand? Restore it from a backup, or give kuva an empty database.',
  },
  '42703': {
    code: 'database-schema',
    what: "A column of kuva's is missing in the database",
    remedy: 'Run the same version of kuva on all machines.',
  },
  '42883': {
    code: 'database-schema',
    what: "A function of kuva's is missing in the database",
    remedy: 'Run the same version of kuva on all machines.',
  },
};

/** Errors that node-postgres and Node's TLS make themselves, with no code. */
const messages: readonly (readonly [pattern: RegExp, reading: Reading])[] = [
  [
    /does not support SSL/,
    denied('The database server does not offer TLS', 'Set sslmode to prefer or disable.'),
  ],
  [
    /certificate|self.signed|altnames|SSL connection|SSL routines|TLS/i,
    denied(
      "The database server's certificate was not accepted",
      'Check sslmode and sslrootcert, and that the host name is the one in the certificate.',
    ),
  ],
  [
    /password must be a (non-empty )?string|SASL/,
    denied(
      'The database asks for a password and none fits',
      'Give it in PGPASSWORD, ~/.pgpass or a password file.',
    ),
  ],
  [
    /terminat|timeout|timed out|not queryable|Connection ended|ended pool|after calling end/i,
    unreachable('The database does not answer'),
  ],
];

/**
 * The one place where an error of PostgreSQL, of its driver or of the network becomes one of ours. The cause that is
 * kept is a copy without the driver's attachments: those lead to the connection and its password.
 */
export function databaseFailure(thrown: unknown): KuvaError {
  if (thrown instanceof KuvaError) return thrown;
  const error = innermost(thrown);
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === keyTaken) return outputKeyTaken(text);
  const reading =
    readings[code] ??
    (/^[0-9A-Z]{5}$/.test(code) ? readings[code.slice(0, 2)] : undefined) ??
    messages.find(([pattern]) => pattern.test(text))?.[1];
  const cause = new Error(code === '' ? text : `${text} (${code})`);
  if (error instanceof Error && error.stack !== undefined) cause.stack = error.stack;
  return new KuvaError(reading?.code ?? 'database-failed', {
    what: `${reading?.what ?? 'The database refused a statement'}: ${cause.message}`,
    data: 'No image is lost: what was not recorded is done again.',
    ...(reading?.remedy !== undefined && { remedy: reading.remedy }),
    cause,
  });
}

/** The SQLSTATE that our own functions raise, with the key as its message. */
const keyTaken = 'KV002';

function outputKeyTaken(key: string): KuvaError {
  return new KuvaError('output-key-taken', {
    what: `The output name ${showKey(key)} belongs to another image`,
    data: 'Nothing was overwritten, and the input stays where it is.',
    remedy: 'Rename one of the two inputs, or set `conflict: keep-both` or `replace`; then use `kuva retry`.',
  });
}

/** SQLSTATE or Node's error code; empty when there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** A name with several addresses fails with all their errors at once; the last one is as good as any. */
function innermost(thrown: unknown): unknown {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return innermost(thrown.errors.at(-1));
  return thrown;
}

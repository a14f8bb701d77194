/** Which PostgreSQL is in force, out of the config, the environment, a password file and the tutorial's script. */
import { type DatabaseConnection, type SslMode, sslModes } from '../../ledger/config.ts';
import { absolutePath, type Surroundings, variable } from '../surroundings.ts';
import { fromDatabaseUrlVariable, fromPgVariables, fromTutorialVariables } from './databaseEnvironment.ts';
import { type DatabaseParts, mergeParts } from './databasePlace.ts';
import { type DatabaseFault, type DatabaseQuestion, fromForm } from './databaseForm.ts';
import { fromPasswordFile } from './passwordFile.ts';

export type DatabasePart = keyof DatabaseParts;

export interface DatabaseAnswer {
  /** Undefined when there are faults. */
  readonly connection?: DatabaseConnection;
  readonly origins: Readonly<Partial<Record<DatabasePart, string>>>;
  readonly faults: readonly DatabaseFault[];
  readonly notes: readonly string[];
  /** Does the config's own text hold a password? */
  readonly passwordInConfig: boolean;
}

/**
 * Server and user come from what `database` names. Only what it leaves open is filled in from libpq's variables; a
 * password is looked for in the config, PGPASSWORD, DATABASE_URL (when it is of the same server and user), then
 * `~/.pgpass`. There may be none: a Unix socket or a client certificate needs none.
 */
export function findDatabaseAccess(question: DatabaseQuestion, around: Surroundings): DatabaseAnswer {
  const faults: DatabaseFault[] = [];
  const notes: string[] = [];
  const tell = (answer: { parts: DatabaseParts; faults: readonly string[] }): DatabaseParts => {
    faults.push(...answer.faults.map((what) => ({ what })));
    return answer.parts;
  };
  const own = question.form === 'env' ? {} : fromForm(question.form, question, around, faults, notes);
  const environment =
    question.form === 'env' ? fromEnvironment(around, tell, faults) : tell(fromPgVariables(around));
  const parts = mergeParts(own, environment);

  const user = parts.user ?? { value: around.user, origin: 'name of this user' };
  const server = {
    host: parts.host ?? { value: 'localhost', origin: 'default' },
    port: parts.port ?? { value: 5432, origin: 'default' },
    user,
    database: parts.database ?? { value: user.value, origin: 'same as the user' },
  };
  const [host, port] = [server.host.value, server.port.value];
  const plain = { host, port, user: user.value, database: server.database.value };
  const password = parts.password ?? sameServer(plain, around) ?? fromFile(plain, question, around, notes);
  const mode = parts.sslmode ?? { value: 'prefer', origin: 'default' };
  if (!isSslMode(mode.value)) {
    faults.push({ what: `sslmode (${mode.origin}) is none of ${sslModes.join(', ')}` });
    return { origins: {}, faults, notes, passwordInConfig: own.password !== undefined };
  }
  const { sslrootcert, sslcert, sslkey } = parts;
  const found = { ...server, password, sslmode: mode, sslrootcert, sslcert, sslkey };
  const file = (one: { value: string } | undefined) =>
    one === undefined || one.value === 'system' ? one?.value : absolutePath(one.value, question.base, around);
  const [root, cert, key] = [file(sslrootcert), file(sslcert), file(sslkey)];
  return {
    ...(faults.length === 0 && {
      connection: {
        ...plain,
        sslmode: mode.value,
        ...(password && { password: password.value }),
        ...(root !== undefined && { sslrootcert: root }),
        ...(cert !== undefined && { sslcert: cert }),
        ...(key !== undefined && { sslkey: key }),
      },
    }),
    origins: Object.fromEntries(
      Object.entries(found).flatMap(([name, one]) => (one === undefined ? [] : [[name, one.origin]])),
    ),
    faults,
    notes,
    passwordInConfig: own.password !== undefined,
  };
}

/** DATABASE_URL alone when it is set, else PG*, else the tutorial's DB_*. */
function fromEnvironment(
  around: Surroundings,
  tell: (answer: { parts: DatabaseParts; faults: readonly string[] }) => DatabaseParts,
  faults: DatabaseFault[],
): DatabaseParts {
  const pg = tell(fromPgVariables(around));
  if (variable(around, 'DATABASE_URL') !== undefined)
    return mergeParts(tell(fromDatabaseUrlVariable(around)), pg);
  if (pg.host !== undefined || pg.database !== undefined) return pg;
  const tutorial = tell(fromTutorialVariables(around));
  if (tutorial.host !== undefined || tutorial.database !== undefined) return mergeParts(tutorial, pg);
  faults.push({
    what: '`database: env` was asked for, but the environment names none: neither DATABASE_URL, PGHOST, PGDATABASE, DB_HOST nor DB_NAME is set',
  });
  return {};
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

function sameServer(server: Server, around: Surroundings): DatabaseParts['password'] {
  const { parts } = fromDatabaseUrlVariable(around);
  const same =
    parts.host?.value === server.host &&
    (parts.port?.value ?? 5432) === server.port &&
    parts.user?.value === server.user &&
    parts.database?.value === server.database;
  return same ? parts.password : undefined;
}

function fromFile(
  server: Server,
  { form, base }: DatabaseQuestion,
  around: Surroundings,
  notes: string[],
): DatabaseParts['password'] {
  const named = form === 'env' ? undefined : form.password_file;
  const answer = fromPasswordFile(
    around,
    server,
    named === undefined ? undefined : absolutePath(named, base, around),
  );
  if (answer.warning !== undefined) notes.push(answer.warning);
  if (answer.password === undefined) {
    notes.push(
      `No database password was found: not in the configuration, not in PGPASSWORD, and ${answer.name}: ${answer.lacks ?? 'nothing'}. Some servers need none.`,
    );
  }
  return answer.password;
}

function isSslMode(text: string): text is SslMode {
  return sslModes.some((mode) => mode === text);
}

/** A PostgreSQL as the environment names it: `DATABASE_URL`, libpq's `PG*`, the tutorial's `DB_*`. */
import { type Surroundings, variable } from '../surroundings.ts';
import { type DatabaseParts, partsFrom } from './databasePlace.ts';
import { parseDatabaseUrl } from './databaseUrl.ts';

type Env = Pick<Surroundings, 'env'>;

export interface EnvironmentAnswer {
  readonly parts: DatabaseParts;
  readonly faults: readonly string[];
}

export function fromDatabaseUrlVariable(around: Env): EnvironmentAnswer {
  const url = variable(around, 'DATABASE_URL');
  if (url === undefined) return { parts: {}, faults: [] };
  const { parts, faults } = parseDatabaseUrl(url, 'env DATABASE_URL');
  return { parts, faults: faults.map((fault) => `DATABASE_URL in the environment: ${fault}`) };
}

/** libpq's variables (documentation, 32.15). */
export function fromPgVariables(around: Env): EnvironmentAnswer {
  return fromVariables((name) => variable(around, name), libpqNames);
}

/** The tutorial's variables, when somebody has sourced `db_cred.sh`. Its password is libpq's PGPASSWORD. */
export function fromTutorialVariables(around: Env): EnvironmentAnswer {
  return fromVariables((name) => variable(around, name), tutorialNames);
}

export const libpqNames = {
  host: 'PGHOST',
  port: 'PGPORT',
  database: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const;

export const tutorialNames = {
  host: 'DB_HOST',
  port: 'DB_PORT',
  database: 'DB_NAME',
  user: 'DB_USER',
  password: 'PGPASSWORD',
} as const;

/**
 * @param read the value of a variable
 * @param names the variable of each part
 * @param origin how the origin of a part is told, from the variable's name
 */
export function fromVariables(
  read: (name: string) => string | undefined,
  names: Readonly<Partial<Record<keyof DatabaseParts, string>>>,
  origin: (name: string) => string = (name) => `env ${name}`,
): EnvironmentAnswer {
  const texts: Partial<Record<keyof DatabaseParts, { value: string; origin: string }>> = {};
  for (const part of partNames) {
    const name = names[part];
    const value = name === undefined ? undefined : read(name);
    if (name !== undefined && value !== undefined && value !== '')
      texts[part] = { value, origin: origin(name) };
  }
  const { parts, badPort } = partsFrom(texts);
  return {
    parts,
    faults: badPort ? [`${texts.port?.origin ?? 'the port'} is not a port number from 1 to 65535`] : [],
  };
}

const partNames = [
  'host',
  'port',
  'database',
  'user',
  'password',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
] as const satisfies (keyof DatabaseParts)[];

import path from 'node:path';
import type { DatabaseChoice } from './config.ts';
import type { Complaint, KeyPath } from './mistake.ts';
import type { DatabaseBlock } from '../ledger/config.ts';
import type { FileConfig } from './schema.ts';
import { type DatabaseAnswer, findDatabaseAccess } from './secrets/databaseAccess.ts';
import { type Surroundings, variable } from './surroundings.ts';

export interface ResolvedDatabase {
  /** Undefined when there are complaints. */
  readonly database?: DatabaseChoice;
  readonly answer?: DatabaseAnswer;
  readonly complaints: readonly Complaint[];
  readonly notes: readonly string[];
}

export interface DatabaseContext {
  readonly form: FileConfig['database'];
  /** Was `database` given at all? */
  readonly given: boolean;
  /** Absolute. */
  readonly data: string;
  readonly base: string;
  readonly around: Surroundings;
  readonly origin: (path: KeyPath) => string;
}

export function resolveDatabase(context: DatabaseContext): ResolvedDatabase {
  const { form, around, data } = context;
  if (form === 'embedded') {
    const folder = path.join(data, 'postgres');
    return { database: { kind: 'embedded', folder }, complaints: [], notes: unusedVariables(context) };
  }
  const block: DatabaseBlock | 'env' = typeof form === 'object' || form === 'env' ? form : { url: form };
  const at = (key: keyof DatabaseBlock): KeyPath =>
    typeof form === 'object' ? ['database', key] : ['database'];
  const answer = findDatabaseAccess(
    { form: block, origin: (key) => context.origin(at(key)), base: context.base },
    around,
  );
  const complaints = answer.faults.map(
    ({ key, what }): Complaint => ({
      path: key === undefined ? ['database'] : at(key),
      part: 'value',
      what,
      ...(typeof form === 'string' && form !== 'env' && key === 'url' && { expected: expectedUrl }),
    }),
  );
  return {
    ...(answer.connection && { database: { kind: 'server', connection: answer.connection } }),
    answer,
    complaints,
    notes: answer.notes,
  };
}

const expectedUrl = 'embedded, env, or a URL such as postgres://user@host:5432/database?sslmode=require';

/** Somebody who has set these and said nothing in the config may believe that they count. */
function unusedVariables({ given, around }: DatabaseContext): string[] {
  if (given) return [];
  const set = ['DATABASE_URL', 'PGHOST', 'DB_HOST'].find((name) => variable(around, name) !== undefined);
  return set === undefined
    ? []
    : [
        `${set} is set but not used: the embedded database is. Write \`database: env\` (or KUVA_DATABASE=env) to use it.`,
      ];
}

import { z } from 'zod';
import { KuvaError } from '../image/failure.ts';
import { migrations } from './migrations/all.ts';
import { query, type Queryable } from './sql.ts';

const newestSchema = z.object({ latest: z.number(), breaking: z.number() });

/** The newest migration that this program knows. */
export const newestKnown = migrations.at(-1)?.id ?? 0;

/** How far the database's schema has come, by the numbers of its migrations. */
export interface SchemaVersion {
  readonly latest: number;
  /** The newest one that programs have to know to work here. */
  readonly breaking: number;
}

/**
 * Table `kuva.migrations` with `id` and `breaking` is what every version of kuva, older or newer, can read.
 * @throws KuvaError `database-*`
 */
export async function schemaVersion(database: Queryable): Promise<SchemaVersion> {
  const [version] = await query(
    database,
    newestSchema,
    'select coalesce(max(id), 0) as latest, coalesce(max(id) filter (where breaking), 0) as breaking from kuva.migrations',
  );
  return version ?? { latest: 0, breaking: 0 };
}

/**
 * Newer programs may have been at work on the database; this one works beside them as long as their migrations only
 * add to it.
 * @throws KuvaError `database-schema` when they do not; `database-*`
 */
export async function refuseIncompatible(database: Queryable): Promise<SchemaVersion> {
  const version = await schemaVersion(database);
  if (version.breaking <= newestKnown) return version;
  throw new KuvaError('database-schema', {
    what: `The database has schema version ${version.latest} and can only be used by versions of kuva that know version ${version.breaking}; this one knows versions up to ${newestKnown}`,
    data: 'Nothing was changed.',
    remedy: 'A newer kuva has been at work here: upgrade this worker.',
  });
}

/** What `kuva init` can propose, from what is on this machine already. */
import path from 'node:path';
import { findS3Access } from './secrets/s3Access.ts';
import { type Surroundings, variable } from './surroundings.ts';

export interface Proposals {
  readonly input: string;
  readonly output: string;
  readonly database: string;
  /** The S3 server, when somebody's files tell it. */
  readonly endpoint?: string;
  /** Where it was found, for the question. */
  readonly endpointFrom?: string;
  /** Are there S3 keys? */
  readonly keysFrom?: string;
}

export const allasEndpoint = 'https://a3s.fi';

export function findProposals(around: Surroundings): Proposals {
  const { access } = findS3Access(
    { form: undefined, origin: () => '', base: around.cwd, url: 's3://input_bucket' },
    around,
  );
  const endpoint =
    access === undefined || access.endpoint.origin.startsWith('default') ? undefined : access.endpoint;
  // The region that CSC's tools write beside keys for Allas, without an endpoint.
  const isAllas = endpoint === undefined && access?.region.value === 'regionOne';
  return {
    ...(access === undefined
      ? { input: 'file:./kuva-data/input', output: 'file:./kuva-data/output' }
      : {
          input: 's3://input_bucket',
          output: 's3://output_bucket',
          keysFrom: access.keys.accessKeyId.origin,
        }),
    database: databaseHere(around),
    ...(endpoint && { endpoint: endpoint.value.href.replace(/\/$/, ''), endpointFrom: endpoint.origin }),
    ...(isAllas && { endpoint: allasEndpoint, endpointFrom: `region regionOne in ${access.region.origin}` }),
  };
}

function databaseHere(around: Surroundings): string {
  if (around.look(path.join(around.cwd, 'db_cred.sh')).outcome === 'read') return './db_cred.sh';
  const named = ['DATABASE_URL', 'PGHOST', 'PGDATABASE', 'DB_HOST'].some(
    (name) => variable(around, name) !== undefined,
  );
  return named ? 'env' : 'embedded';
}

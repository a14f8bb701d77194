import type { CloudConfig } from '../../cloud/config.ts';
import type { CloudLogin } from '../../cloud/session/login.ts';
import { findCloudLogin } from '../../config/clouds/findLogin.ts';
import { realSurroundings } from '../../config/surroundings.ts';

/** Who logs in to what. */
export interface Logins {
  readonly compute: CloudLogin;
  readonly database: CloudLogin;
  readonly s3: CloudLogin;
  /** Worth telling. */
  readonly notes: readonly string[];
}

/** @throws KuvaError `secret-missing`, `config-invalid` */
export function findLogins({ compute, database, s3 }: CloudConfig['clouds']): Logins {
  const around = realSurroundings();
  const find = (name: string | undefined): ReturnType<typeof findCloudLogin> => findCloudLogin(name, around);
  const [machines, databases, keys] = [find(compute), find(database ?? compute), find(s3 ?? compute)];
  return {
    compute: machines.login,
    database: databases.login,
    s3: keys.login,
    notes: [...new Set([machines, databases, keys].flatMap(({ notes }) => notes))],
  };
}

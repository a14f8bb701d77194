import { Secret } from '../../src/image/secret.ts';
import type { DatabaseConnection } from '../../src/ledger/config.ts';

/** A database of the bench's own server, as the ledger's pool wants it. */
export function connectionOf(databaseUrl: string): DatabaseConnection {
  const url = new URL(databaseUrl);
  return {
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password: new Secret(decodeURIComponent(url.password)),
    sslmode: 'disable',
  };
}

import { Secret } from '../../image/secret.ts';
import type { Found } from './s3Place.ts';

/** What one place says about a PostgreSQL; each part may come from somewhere else. */
export interface DatabaseParts {
  readonly host?: Found<string>;
  readonly port?: Found<number>;
  readonly database?: Found<string>;
  readonly user?: Found<string>;
  readonly password?: Found<Secret>;
  readonly sslmode?: Found<string>;
  readonly sslrootcert?: Found<string>;
  readonly sslcert?: Found<string>;
  readonly sslkey?: Found<string>;
}

/** The parts that each place names, the first place's before the second's. */
export function mergeParts(...places: readonly DatabaseParts[]): DatabaseParts {
  return places.reduceRight((merged, place) => ({ ...merged, ...place }), {});
}

/** Parts from texts, as URLs, variables and scripts have them. */
export function partsFrom(texts: Readonly<Partial<Record<keyof DatabaseParts, Found<string>>>>): {
  readonly parts: DatabaseParts /** The port's text is no port. */;
  readonly badPort: boolean;
} {
  const { host, port, database, user, password, sslmode, sslrootcert, sslcert, sslkey } = texts;
  const number = parsePort(port?.value);
  return {
    badPort: number === 'invalid',
    parts: {
      ...(host && { host }),
      ...(port && typeof number === 'number' && { port: { value: number, origin: port.origin } }),
      ...(database && { database }),
      ...(user && { user }),
      ...(password && { password: { value: new Secret(password.value), origin: password.origin } }),
      ...(sslmode && { sslmode }),
      ...(sslrootcert && { sslrootcert }),
      ...(sslcert && { sslcert }),
      ...(sslkey && { sslkey }),
    },
  };
}

/** A TCP port from a text, undefined when there is none. */
function parsePort(text: string | undefined): number | 'invalid' | undefined {
  if (text === undefined || text === '') return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : 'invalid';
}

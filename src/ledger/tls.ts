import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { KuvaError } from '../image/failure.ts';
import type { DatabaseConnection, SslMode } from './config.ts';

/** One way to connect: without TLS, or with these options for it. */
export type Encryption = false | ConnectionOptions;

interface Mode {
  /** What is tried, in this order. */
  readonly tries: readonly ('plain' | 'tls')[];
  /** What a certificate must pass when there are authorities to check it against. */
  readonly check: 'chain' | 'chain and name';
  /** Without authorities to check against: encrypt all the same, or refuse? */
  readonly needsRoot: boolean;
}

/**
 * libpq's sslmode as its documentation (32.19.1, table 32.1) and fe-secure-openssl.c have it. node-postgres reads
 * the same words otherwise (its `prefer` never falls back, its `require` verifies), so it is given options only.
 */
const modes: Readonly<Record<SslMode, Mode>> = {
  disable: { tries: ['plain'], check: 'chain', needsRoot: false },
  allow: { tries: ['plain', 'tls'], check: 'chain', needsRoot: false },
  prefer: { tries: ['tls', 'plain'], check: 'chain', needsRoot: false },
  require: { tries: ['tls'], check: 'chain', needsRoot: false },
  'verify-ca': { tries: ['tls'], check: 'chain', needsRoot: true },
  'verify-full': { tries: ['tls'], check: 'chain and name', needsRoot: true },
};

/**
 * The ways to connect that `sslmode` allows, best first. Like libpq, a Unix socket is never encrypted, and a root
 * certificate that is there is used whatever the mode says about needing one.
 * @throws KuvaError `config-invalid` when a certificate file is missing or unreadable
 */
export function encryptions(connection: DatabaseConnection, home = homedir()): readonly Encryption[] {
  if (connection.host.startsWith('/')) return [false];
  const mode = modes[connection.sslmode];
  return mode.tries.map((attempt) => (attempt === 'plain' ? false : tlsOptions(connection, mode, home)));
}

function tlsOptions(connection: DatabaseConnection, mode: Mode, home: string): ConnectionOptions {
  const authorities = rootCertificates(connection, mode, home);
  const own = ownCertificate(connection);
  switch (authorities.kind) {
    case 'none':
      return { rejectUnauthorized: false, ...own };
    case 'system':
      return { rejectUnauthorized: true, ...own };
    case 'file': {
      const nameToo = mode.check === 'chain and name';
      const any = nameToo ? {} : { checkServerIdentity: () => undefined };
      return { rejectUnauthorized: true, ca: authorities.pem, ...any, ...own };
    }
  }
}

type Authorities =
  | { readonly kind: 'none' }
  | { readonly kind: 'system' }
  | { readonly kind: 'file'; readonly pem: string };

function rootCertificates(
  { sslmode, sslrootcert }: DatabaseConnection,
  mode: Mode,
  home: string,
): Authorities {
  if (sslrootcert === 'system') {
    // As in libpq: anybody can get a certificate of a public authority, so that the name has to be checked.
    if (sslmode === 'verify-full') return { kind: 'system' };
    throw new KuvaError('config-invalid', {
      what: `sslrootcert "system" needs sslmode "verify-full", and it is "${sslmode}"`,
      remedy: 'Set sslmode to verify-full, or name the file of the authority that the server uses.',
    });
  }
  const file = sslrootcert ?? path.join(home, '.postgresql', 'root.crt');
  if (existsSync(file)) return { kind: 'file', pem: readPem(file) };
  if (!mode.needsRoot && sslrootcert === undefined) return { kind: 'none' };
  throw new KuvaError('config-invalid', {
    what: `sslmode "${sslmode}" checks the server's certificate, and the root certificate file ${file} does not exist`,
    remedy:
      'Put the authority that signed the server certificate there, name its file in sslrootcert, or use sslmode "require" to encrypt without checking.',
  });
}

function ownCertificate({ sslcert, sslkey }: DatabaseConnection): ConnectionOptions {
  return {
    ...(sslcert !== undefined && { cert: readPem(sslcert) }),
    ...(sslkey !== undefined && { key: readPem(sslkey) }),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KuvaError('config-invalid', {
      what: `The certificate file ${file} cannot be read`,
      remedy: 'Make it readable for the user that kuva runs as.',
      cause,
    });
  }
}

import { z } from 'zod';
import type { Secret } from '../image/secret.ts';

/** libpq's names (PostgreSQL documentation, 32.19); what each does is in `tls.ts`. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

export type SslMode = (typeof sslModes)[number];

/** Everything that is needed to reach a PostgreSQL, once all sources have been looked through. */
export interface DatabaseConnection {
  /** A host name, an IP address, or the absolute path of a folder with a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  readonly sslmode: SslMode;
  /** Path of a PEM file with the authorities to trust, or `system`. Left out: `~/.postgresql/root.crt` if it is there. */
  readonly sslrootcert?: string;
  /** Paths of PEM files: a certificate of one's own and its key. */
  readonly sslcert?: string;
  readonly sslkey?: string;
}

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'expected `embedded` or a URL such as postgres://user@host:5432/database')
  .meta({ examples: ['postgres://kuva@db.example.org:5432/kuva?sslmode=require'] });

const databaseParts = z.strictObject({
  host: z.string().min(1).optional().describe('Name or address of the server.'),
  port: z.number().int().min(1).max(65_535).optional().describe('TCP port; 5432 when left out.'),
  name: z.string().min(1).optional().describe('Name of the database.'),
  user: z.string().min(1).optional().describe('Name of the database user.'),
  passwordFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A password file as libpq reads it (host:port:database:user:password). Left out: PGPASSWORD, then ~/.pgpass.',
    ),
  sslmode: z
    .enum(sslModes)
    .optional()
    .describe(
      'TLS to the server, exactly as in libpq; `prefer` when left out, `require` or better over a network.',
    ),
  sslrootcert: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file with the certificate authorities to trust, or `system`.'),
  sslcert: z.string().min(1).optional().describe('PEM file with a client certificate.'),
  sslkey: z.string().min(1).optional().describe('PEM file with the key of the client certificate.'),
});

/** The `database:` key of kuva.yaml. */
export const databaseSchema = z
  .union([z.literal('embedded'), databaseUrl, databaseParts])
  .default('embedded')
  .describe(
    'Where the ledger is kept: `embedded` (a PostgreSQL of its own in the data folder), a postgres:// URL, or its parts. What is left out comes from the environment (DATABASE_URL, PG*, ~/.pgpass).',
  );

export type DatabaseConfig = z.infer<typeof databaseSchema>;

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

const blockSchema = z
  .strictObject({
    url: z
      .string()
      .optional()
      .describe('A `postgres://` URL for everything that has no line of its own here.'),
    host: z.string().min(1).optional().describe('Host name, address, or folder of a Unix socket.'),
    port: z.number().int().min(1).max(65_535).optional().describe('Left out: 5432.'),
    name: z.string().min(1).optional().describe('Name of the database. Left out: the same as the user.'),
    user: z.string().min(1).optional().describe('Left out: the name of the user who runs kuva.'),
    password: z
      .string()
      .regex(/^\$\{[A-Za-z_]\w*\}$/, {
        error:
          'a password does not stand in this file: put it into an environment variable and write ${NAME} here, or use `password_file`, `credentials_file` or ~/.pgpass',
      })
      .optional()
      .describe('`${NAME}` of the environment variable that has the password.')
      .meta({ examples: ['${DB_PASSWORD}'] }),
    password_file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A password file of the form of `~/.pgpass`; like that one it must be readable by its owner alone.',
      ),
    credentials_file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A script such as `db_cred.sh` that exports DB_HOST, DB_PORT, DB_NAME, DB_USER and PGPASSWORD; it is read, never run.',
      ),
    sslmode: z
      .enum(sslModes)
      .optional()
      .describe("TLS, in the words of libpq. Left out: `prefer`. CSC's Pukki needs `require` at least."),
    sslrootcert: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate authorities to trust, or `system`.'),
    sslcert: z.string().min(1).optional().describe('PEM file with a client certificate.'),
    sslkey: z.string().min(1).optional().describe('PEM file with the key of the client certificate.'),
  })
  .describe('A PostgreSQL server, setting by setting.');

/** The `database:` key of kuva.yaml. What a URL holds is checked when it is resolved. */
export const databaseSchema = z
  .union([
    z.enum(['embedded', 'env']),
    z.string().meta({ examples: ['postgres://db_admin@5.6.7.8:5432/pipeline_db?sslmode=require'] }),
    blockSchema,
  ])
  .default('embedded')
  .describe(
    "Where the ledger is kept: `embedded` (a real PostgreSQL of kuva's own, in `data`), `env` (the server that DATABASE_URL, PG* or DB_* in the environment name), a `postgres://` URL, or its parts. What the URL or the parts leave out comes from PG* and ~/.pgpass.",
  );

export type DatabaseBlock = z.infer<typeof blockSchema>;

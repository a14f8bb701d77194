/** From an answer to "which database?" to what stands in the file, and the password that must not stand there. */
import { KuvaError } from '../image/failure.ts';
import type { Secret } from '../image/secret.ts';
import { parseDatabaseUrl } from './secrets/databaseUrl.ts';
import { passwordLine } from './secrets/passwordFile.ts';

export interface DatabaseLines {
  readonly database: string | Readonly<Record<string, string | number>>;
  /** Text of a password file, when the answer held a password. */
  readonly passwordFile?: string;
}

/**
 * @param passwordFileName how the config file refers to the password file
 * @throws KuvaError `usage-invalid` when the answer is none of the forms; it never shows a password
 */
export function databaseLines(answer: string, passwordFileName: string, user: string): DatabaseLines {
  const text = answer.trim();
  if (text === 'embedded' || text === 'env') return { database: text };
  if (/\.sh$/.test(text)) return { database: { credentials_file: text } };
  const { parts, faults } = parseDatabaseUrl(text, 'the answer');
  if (faults.length > 0) {
    throw new KuvaError('usage-invalid', {
      what: `The database cannot be used: ${faults.join('; ')}`,
      data: 'Nothing was written.',
      remedy:
        'Give embedded, env, the path of a db_cred.sh, or a URL such as postgres://user@host:5432/database.',
    });
  }
  if (parts.password === undefined) return { database: text };
  const [host, port] = [parts.host?.value ?? 'localhost', parts.port?.value ?? 5432];
  const name = parts.database?.value ?? parts.user?.value ?? user;
  const server = { host, port, database: name, user: parts.user?.value ?? user };
  const { sslmode, sslrootcert, sslcert, sslkey } = parts;
  return {
    database: {
      host,
      port,
      name,
      user: server.user,
      ...(sslmode && { sslmode: sslmode.value }),
      ...(sslrootcert && { sslrootcert: sslrootcert.value }),
      ...(sslcert && { sslcert: sslcert.value }),
      ...(sslkey && { sslkey: sslkey.value }),
      password_file: passwordFileName,
    },
    passwordFile: passwordFileText(server, parts.password.value),
  };
}

function passwordFileText(server: Parameters<typeof passwordLine>[0], password: Secret): string {
  return `# The database password of kuva.yaml beside it; form: host:port:database:user:password\n${passwordLine(server, password)}\n`;
}

/** Everything secret that kuva makes by itself for a cloud, in one private folder on the user's machine. */
import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { Secret } from '../../image/secret.ts';
import { keepPrivateFile, readPrivateFile, replacePrivateFile } from './privateFile.ts';
import { openPrivateFolder } from './privateFolder.ts';
import { makeSshKey, publicKeyOf } from './sshKey.ts';

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

export interface SshKey {
  /** For `ssh -i`. */
  readonly privateKeyFile: string;
  /** One line of the form of `authorized_keys`. */
  readonly publicKey: string;
}

const fileNames = {
  'ssh-key': 'id_ed25519',
  'database-password': 'database_password',
  's3-keys': 's3_keys.json',
  's3-keys-before': 's3_keys_before.json',
} as const;

export type SecretKind = keyof typeof fileNames;

export interface CloudSecrets {
  /** Absolute. */
  readonly folder: string;
  /** The key pair for all machines; made when it is asked for first, the same ever after. */
  sshKey(): Promise<SshKey>;
  /** Of the database's user; made when it is asked for first, the same ever after. */
  databasePassword(): Promise<Secret>;
  /** What {@link CloudSecrets.keepS3Keys} kept. */
  s3Keys(): Promise<S3Keys | undefined>;
  keepS3Keys(keys: S3Keys): Promise<void>;
  /**
   * Access ids of the keys that there were before ours were asked for, noted until ours are kept: S3 keys bear no mark,
   * and this is how those are found again whose answer was lost.
   * @param list asked when nothing is noted
   */
  s3KeysBefore(list: () => Promise<readonly string[]>): Promise<readonly string[]>;
  /** Is there such a secret? Makes none. */
  has(kind: SecretKind): Promise<boolean>;
  /** For what is gone in the cloud too: a password can't be had back. */
  forget(kind: SecretKind): Promise<void>;
}

const s3Schema = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });

/**
 * Opens the private folder of one stack, making it if it is not there. Nothing in it ever goes onto a command line.
 * @param folder absolute
 * @param stack its name, as it shows in the comment of the SSH key
 * @throws KuvaError `secrets-exposed` when other users may get at the folder, or at a file when it is read
 */
export async function openCloudSecrets(folder: string, stack: string): Promise<CloudSecrets> {
  await openPrivateFolder(folder);
  const at = (kind: SecretKind): string => join(folder, fileNames[kind]);
  const comment = `kuva-${stack}`;
  return {
    folder,
    async sshKey() {
      const privateKeyFile = at('ssh-key');
      const text =
        (await readPrivateFile(privateKeyFile)) ??
        (await keepPrivateFile(privateKeyFile, makeSshKey(comment)));
      const publicKey = publicKeyOf(text, comment);
      if (publicKey === undefined) throw damaged(privateKeyFile, 'an Ed25519 key without a passphrase');
      return { privateKeyFile, publicKey };
    },
    async databasePassword() {
      const file = at('database-password');
      const text = (await readPrivateFile(file)) ?? (await keepPrivateFile(file, makePassword()));
      if (text.trim() === '') throw damaged(file, 'a password');
      return new Secret(text.trim());
    },
    async s3Keys() {
      const file = at('s3-keys');
      const text = await readPrivateFile(file);
      if (text === undefined) return undefined;
      const keys = s3Schema.safeParse(parseJson(text));
      if (!keys.success) throw damaged(file, 'S3 keys');
      return { ...keys.data, secretAccessKey: new Secret(keys.data.secretAccessKey) };
    },
    async keepS3Keys({ accessKeyId, secretAccessKey }) {
      const text = JSON.stringify({ accessKeyId, secretAccessKey: secretAccessKey.reveal() });
      await replacePrivateFile(at('s3-keys'), `${text}\n`);
      await rm(at('s3-keys-before'), { force: true });
    },
    async s3KeysBefore(list) {
      const file = at('s3-keys-before');
      const text =
        (await readPrivateFile(file)) ?? (await keepPrivateFile(file, `${JSON.stringify(await list())}\n`));
      const ids = z.array(z.string()).safeParse(parseJson(text));
      if (!ids.success) throw damaged(file, 'a list of S3 access keys');
      return ids.data;
    },
    has: async (kind) => (await readPrivateFile(at(kind))) !== undefined,
    async forget(kind) {
      await rm(at(kind), { force: true });
    },
  };
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 letters and digits (190 bits): nothing that a URL, a shell or a password file would have to escape. */
function makePassword(): string {
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(file: string, expected: string): KuvaError {
  return new KuvaError('config-invalid', {
    what: `${file} does not hold ${expected}`,
    data: 'It was left as it is.',
    remedy:
      'Put it back from a backup. Without one, move it away: a new one is made, which what exists in the cloud will not know.',
  });
}

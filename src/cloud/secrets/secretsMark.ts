import { createHmac } from 'node:crypto';
import type { Clouds } from '../clouds.ts';
import { findS3Keys } from '../observing/s3.ts';
import type { Stack } from '../stack.ts';

/**
 * Stands for all secrets that a worker is given: another one, another mark. It is noted on the machine, where everybody in the cloud's
 * project can read it. So it is an HMAC whose key is the database's password, which is long and random: nobody finds out by
 * trying whether a secret is one that he has thought of.
 * @returns undefined while there is no password: nothing was installed yet
 */
export async function markOfSecrets(
  clouds: Pick<Clouds, 'buckets' | 'secrets' | 'ec2'>,
  { environment }: Stack,
): Promise<string | undefined> {
  if (!(await clouds.secrets.has('database-password'))) return undefined;
  const password = await clouds.secrets.databasePassword();
  const { keys } = await findS3Keys(clouds);
  const given = [
    keys?.accessKeyId,
    keys?.secretAccessKey.reveal(),
    [...environment].map(([name, value]) => [name, value.reveal()]),
  ];
  return createHmac('sha256', password.reveal()).update(JSON.stringify(given)).digest('hex').slice(0, 16);
}

/** S3 keys: Keystone's EC2 credentials, which Ceph RGW takes. */
import { z } from 'zod';
import { KuvaError } from '../../../image/failure.ts';
import { Secret } from '../../../image/secret.ts';
import type { CloudSession } from '../../session/session.ts';

export interface Ec2Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly projectId: string;
}

/** All throw what {@link CloudSession.send} throws; of an application credential, `cloud-denied`. */
export interface Ec2Service {
  /** Undefined: this login may make S3 keys. Else the error that it would meet, known without asking. */
  obstacle(): KuvaError | undefined;
  /** Those of this user in this project. */
  listKeys(): Promise<Ec2Keys[]>;
  /** They do not expire. Every call makes another pair. */
  createKeys(): Promise<Ec2Keys>;
  /** A pair that is not there is fine. */
  deleteKeys(accessKeyId: string): Promise<void>;
}

const keysSchema = z.object({ access: z.string(), secret: z.string(), tenant_id: z.string() }).transform(
  ({ access, secret, tenant_id }): Ec2Keys => ({
    accessKeyId: access,
    secretAccessKey: new Secret(secret),
    projectId: tenant_id,
  }),
);

export function openEc2(session: CloudSession): Ec2Service {
  const path = async (): Promise<string> => {
    const { userId } = await session.identity();
    return `/users/${encodeURIComponent(userId)}/credentials/OS-EC2`;
  };
  return {
    obstacle() {
      if (session.login.auth.method !== 'application-credential') return undefined;
      return new KuvaError('cloud-denied', {
        what: `${session.login.name} is an application credential, and Keystone lets none of them make S3 keys, not even an unrestricted one`,
        data: 'Nothing was made or changed.',
        remedy:
          'Name a cloud with a user name and a password for S3, or give kuva S3 keys that exist (AWS_ACCESS_KEY_ID, ~/.aws, ~/.s3cfg).',
      });
    },

    async listKeys() {
      const doing = 'listing the S3 keys';
      const { projectId } = await session.identity();
      const request = { service: 'identity', method: 'GET', path: await path(), doing } as const;
      const { credentials } = await session.ask(request, z.object({ credentials: z.array(keysSchema) }));
      return credentials.filter((keys) => keys.projectId === projectId);
    },

    async createKeys() {
      const { projectId } = await session.identity();
      const body = { tenant_id: projectId };
      const doing = 'making S3 keys';
      const request = { service: 'identity', method: 'POST', path: await path(), body, doing } as const;
      return (await session.ask(request, z.object({ credential: keysSchema }))).credential;
    },

    async deleteKeys(accessKeyId) {
      await session.send({
        service: 'identity',
        method: 'DELETE',
        path: `${await path()}/${encodeURIComponent(accessKeyId)}`,
        doing: `deleting the S3 keys ${accessKeyId}`,
        allow: [404],
      });
    },
  };
}

/** The real control planes of the test run, logged in to. */
import { readFile } from 'node:fs/promises';
import { describe, inject } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CloudLogin } from '../../../../src/cloud/session/login.ts';
import { Secret } from '../../../../src/image/secret.ts';
import { openStackClouds } from '../../../servers/openstack.ts';

export interface Bed {
  /** Two Keystones, as at CSC. */
  readonly compute: CloudLogin;
  readonly database: CloudLogin;
  /** Takes the S3 keys that the first Keystone makes. */
  readonly s3Endpoint: URL;
  /** The `clouds.yaml`, for the stock client. */
  readonly cloudsFile: string;
  /** What stands in a file here is the console of the machine of that id. */
  readonly consoles: string;
}

const desk = inject('clouds');

/** Tests that need the control planes; left out where OpenStack is not installed. */
export const withBed = describe.skipIf(desk === null);

/** Milliseconds that the first who asks may have to wait. */
export const bedTimeout = 900_000;

const entrySchema = z.object({
  auth: z.object({
    auth_url: z.string(),
    username: z.string(),
    password: z.string(),
    project_name: z.string(),
  }),
  region_name: z.string(),
});
const fileSchema = z.object({ clouds: z.object({ cpouta: entrySchema, pukki: entrySchema }) });

export async function openBed(): Promise<Bed> {
  if (desk === null) throw new Error('no OpenStack is installed');
  const { cloudsFile, s3Endpoint, consoles } = await openStackClouds(desk);
  const { clouds } = fileSchema.parse(parse(await readFile(cloudsFile, 'utf8')));
  return {
    compute: loginOf('cpouta', clouds.cpouta),
    database: loginOf('pukki', clouds.pukki),
    s3Endpoint: new URL(s3Endpoint),
    cloudsFile,
    consoles,
  };
}

function loginOf(name: string, { auth, region_name: region }: z.infer<typeof entrySchema>): CloudLogin {
  const domain = { name: 'Default' };
  return {
    name,
    authUrl: new URL(auth.auth_url),
    region,
    interface: 'public',
    auth: {
      method: 'password',
      user: { name: auth.username, domain },
      password: new Secret(auth.password),
      project: { name: auth.project_name, domain },
    },
  };
}

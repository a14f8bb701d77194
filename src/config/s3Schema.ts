import { z } from 'zod';
import { isReference } from './mask.ts';

const referenceSchema = z
  .string()
  .refine(isReference, {
    message:
      'a secret does not stand in this file: put it into an environment variable and write ${NAME} here, or use `profile` or `credentials_file`',
  })
  .meta({ pattern: '^\\$\\{[A-Za-z_]\\w*\\}$', examples: ['${MY_SECRET}'] });

/** The `s3` block: how to reach an S3 server, and where its keys are. */
export const s3Schema = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: 'an endpoint is a URL such as https://a3s.fi' })
      .refine((url) => !/\/\/[^/]*@/.test(url), { message: 'an endpoint holds no user name or password' })
      .optional()
      .describe('URL of the S3 server. Left out: what the place says that the keys come from, else AWS.')
      .meta({ examples: ['https://a3s.fi'] }),
    region: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Region for signatures; Ceph takes any. Left out: `us-east-1`, unless the place of the keys names one.',
      ),
    profile: z
      .string()
      .min(1)
      .optional()
      .describe('Profile of `~/.aws/credentials` and `~/.aws/config` to use.'),
    credentials_file: z
      .string()
      .min(1)
      .optional()
      .describe('File with the keys, in the form of `~/.aws/credentials` or of `~/.s3cfg`.'),
    access_key_id: z
      .string()
      .min(1)
      .optional()
      .describe('The access key, or `${NAME}` of the environment variable that has it.'),
    secret_access_key: referenceSchema
      .optional()
      .describe('`${NAME}` of the environment variable that has the secret key.'),
    session_token: referenceSchema
      .optional()
      .describe('`${NAME}` of the environment variable that has the token of temporary keys.'),
  })
  .superRefine((s3, context) => {
    const add = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (s3.access_key_id !== undefined && s3.secret_access_key === undefined) {
      add('access_key_id', 'there is an access_key_id without a secret_access_key');
    }
    if (s3.secret_access_key !== undefined && s3.access_key_id === undefined) {
      add('secret_access_key', 'there is a secret_access_key without an access_key_id');
    }
    for (const other of ['profile', 'credentials_file'] as const) {
      if (s3.access_key_id !== undefined && s3[other] !== undefined) {
        add(other, `keys come from one place: give access_key_id or ${other}, not both`);
      }
    }
  });

export type S3Form = z.infer<typeof s3Schema>;

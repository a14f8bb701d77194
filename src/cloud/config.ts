import { z } from 'zod';

const name = (proposed: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/, {
      error: 'a name in a cloud is made of a-z, A-Z, 0-9, _, . and -, at most 60',
    })
    .default(proposed);

const cloudName = z
  .string()
  .min(1)
  .optional()
  .meta({ examples: ['cpouta'] });

/** IPv4 addresses with the length of their network, as security groups and Trove take them. */
const cidrSchema = z
  .string()
  .regex(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:3[0-2]|[12]?\d)$/, {
    error: 'this is no network: write an IPv4 address and the length of its mask, such as 192.0.2.7/32',
  })
  .meta({ examples: ['192.0.2.7/32'] });

/** PostgreSQL's own rule for names that need no quotes, and Trove's: two letters at least. */
const sqlName = (proposed: string) =>
  z
    .string()
    .regex(/^[a-z_][a-z0-9_]{1,62}$/, {
      error: 'a name in PostgreSQL has a-z, 0-9 and _, begins with no digit, and is 2 to 63 long',
    })
    .refine((text) => text !== 'postgres', { message: 'postgres is the name of the server’s own user' })
    .default(proposed);

const cloudsSchema = z.strictObject({
  compute: cloudName.describe(
    'Where the machines are: a name in `clouds.yaml`. Left out: `OS_CLOUD`, or the `OS_*` variables.',
  ),
  database: cloudName.describe('Where the database is. Left out: the same cloud.'),
  s3: cloudName.describe(
    'Whose Keystone makes S3 keys, where there are none yet. Left out: the same as for `compute`.',
  ),
});

const computeSchema = z.strictObject({
  workers: z.number().int().min(1).max(50).default(1).describe('Number of virtual machines.'),
  name: name('pipeline_vm').describe('Name of the machine; further ones end in `_2`, `_3` and so on.'),
  flavor: z.string().min(1).default('standard.tiny').describe('Size of each machine.'),
  image: z.string().min(1).default('Ubuntu-24.04').describe('Image with a Debian or Ubuntu.'),
  volume: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('GiB of a boot volume, deleted with its machine. Left out: the disk that the flavor has.'),
  network: z
    .string()
    .min(1)
    .optional()
    .describe("Network of the machines. Left out: the project's own, if it has just one."),
  floating_ip: z
    .boolean()
    .default(true)
    .describe(
      'Does each machine get a public address? Without one it is reached from within its network alone, and the database lets the router in.',
    ),
  external_network: z.string().min(1).default('public').describe('Where public addresses come from.'),
  keypair: name('pipeline_keypair').describe('Name of the SSH key in the cloud.'),
  security_group: name('pipeline_security_group').describe('Name of the group with the firewall rules.'),
  ssh_from: z
    .array(z.union([z.literal('me'), cidrSchema]))
    .min(1)
    .prefault(['me'])
    .describe('Who may connect by SSH: networks, and `me` for the address that you have when `up` runs.')
    .meta({ examples: [['me', '192.0.2.0/24']] }),
});

const databaseSchema = z.strictObject({
  instance: name('pipeline_db_instance').describe('Name of the database instance.'),
  flavor: z.string().min(1).default('standard.small').describe('Size of the instance.'),
  size: z.number().int().min(1).max(10_000).default(1).describe('GiB of its volume.'),
  datastore: z.string().min(1).default('postgresql').describe('Kind of database: a PostgreSQL.'),
  version: z
    .string()
    .min(1)
    .optional()
    .describe('Version of the datastore. Left out: the one that the cloud proposes.')
    .meta({ examples: ['17.2'] }),
  name: sqlName('pipeline_db').describe('Name of the database in the instance.'),
  user: sqlName('db_admin').describe('User that owns the database.'),
  allowed_cidrs: z
    .array(cidrSchema)
    .default([])
    .describe('Who else may connect, besides the machines. Networks that are allowed already stay so.'),
});

/** The `cloud` block: the machines that `kuva cloud up` makes. The defaults are those of CSC's tutorial. */
export const cloudSchema = z.strictObject({
  clouds: cloudsSchema
    .prefault({})
    .describe('Logins: at CSC, cPouta and Pukki are two clouds, with two Keystones.'),
  compute: computeSchema.prefault({}).describe('The virtual machines that the workers run on.'),
  database: databaseSchema.prefault({}).describe('The database instance of the ledger.'),
  s3_endpoint: z
    .url({ protocol: /^https?$/, error: 'the URL of an S3 server reads like https://a3s.fi' })
    .optional()
    .describe('The S3 server of the buckets. Left out: the one of `s3: endpoint:`, else https://a3s.fi.')
    .meta({ examples: ['https://a3s.fi'] }),
});

export type CloudConfig = z.infer<typeof cloudSchema>;

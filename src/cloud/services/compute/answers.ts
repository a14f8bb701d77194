/** What Nova answers, at version 2.1 of its API. Source: Compute API reference; seen on Zed. */
import { z } from 'zod';

/** One address of a server. A floating one appears here 1–2 s after its association. */
export interface ServerAddress {
  readonly network: string;
  readonly address: string;
  readonly version: 4 | 6;
  readonly kind: 'fixed' | 'floating';
}

export interface Server {
  readonly id: string;
  readonly name: string;
  /** `BUILD`, `ACTIVE`, `ERROR`, `SHUTOFF`, `SHELVED_OFFLOADED`, … */
  readonly status: string;
  /** What it is being made to do: `spawning`, `deleting`; undefined: nothing. */
  readonly task: string | undefined;
  /** Key by value; ours to mark what we own. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly flavorId: string;
  /** Undefined: it starts from a volume. */
  readonly imageId: string | undefined;
  readonly keyName: string | undefined;
  readonly addresses: readonly ServerAddress[];
  /** Names, each once. None in BUILD. */
  readonly securityGroups: readonly string[];
  /** Why it is in ERROR, in Nova's words. */
  readonly fault: string | undefined;
  readonly created: Date;
}

const addressSchema = z.object({
  addr: z.string(),
  version: z.union([z.literal(4), z.literal(6)]),
  'OS-EXT-IPS:type': z.enum(['fixed', 'floating']).default('fixed'),
});

export const serverSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    'OS-EXT-STS:task_state': z.string().nullish(),
    metadata: z.record(z.string(), z.string()).default({}),
    flavor: z.object({ id: z.string() }),
    // The empty text for a server that starts from a volume.
    image: z.union([z.object({ id: z.string() }), z.string()]).nullish(),
    key_name: z.string().nullish(),
    addresses: z.record(z.string(), z.array(addressSchema)).default({}),
    security_groups: z.array(z.object({ name: z.string() })).default([]),
    fault: z.object({ message: z.string() }).optional(),
    created: z.string(),
  })
  .transform(
    (answer): Server => ({
      id: answer.id,
      name: answer.name,
      status: answer.status,
      task: answer['OS-EXT-STS:task_state'] ?? undefined,
      metadata: answer.metadata,
      flavorId: answer.flavor.id,
      imageId: typeof answer.image === 'object' ? answer.image?.id : undefined,
      keyName: answer.key_name ?? undefined,
      addresses: Object.entries(answer.addresses).flatMap(([network, list]) =>
        list.map(({ addr, version, 'OS-EXT-IPS:type': kind }) => ({ network, address: addr, version, kind })),
      ),
      securityGroups: [...new Set(answer.security_groups.map(({ name }) => name))],
      fault: answer.fault?.message,
      created: new Date(answer.created),
    }),
  );

export const flavorSchema = z.object({
  id: z.string(),
  name: z.string(),
  vcpus: z.number(),
  /** MiB, as all memory in Nova. */
  ram: z.number(),
  /** GiB. */
  disk: z.number(),
});

export type Flavor = z.infer<typeof flavorSchema>;

export const keypairSchema = z
  .object({ name: z.string(), public_key: z.string(), fingerprint: z.string() })
  .transform(({ name, public_key, fingerprint }) => ({ name, publicKey: public_key.trim(), fingerprint }));

export type Keypair = z.infer<typeof keypairSchema>;

/** So much of a quota is used. A limit of Infinity: none. */
export interface Usage {
  readonly used: number;
  readonly limit: number;
}

export interface ComputeQuota {
  readonly instances: Usage;
  readonly cores: Usage;
  /** MiB. */
  readonly ram: Usage;
}

/** -1 means that there is no limit. */
const limit = z.number().transform((value) => (value < 0 ? Infinity : value));

export const limitsSchema = z
  .object({
    limits: z.object({
      absolute: z.object({
        maxTotalInstances: limit,
        maxTotalCores: limit,
        maxTotalRAMSize: limit,
        totalInstancesUsed: z.number(),
        totalCoresUsed: z.number(),
        totalRAMUsed: z.number(),
      }),
    }),
  })
  .transform(
    ({ limits: { absolute } }): ComputeQuota => ({
      instances: { used: absolute.totalInstancesUsed, limit: absolute.maxTotalInstances },
      cores: { used: absolute.totalCoresUsed, limit: absolute.maxTotalCores },
      ram: { used: absolute.totalRAMUsed, limit: absolute.maxTotalRAMSize },
    }),
  );

/** What Trove answers. Source: Database API reference; seen on Zed. */
import { z } from 'zod';

export const datastoreSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    default_version: z.string().nullish(),
    versions: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  })
  .transform(({ default_version, ...datastore }) => ({
    ...datastore,
    /** Id of the version that one gets who names none. */
    defaultVersionId: default_version ?? undefined,
  }));

export type Datastore = z.infer<typeof datastoreSchema>;

export const databaseFlavorSchema = z
  .object({
    // Null unless it is a number; the text is what an order takes.
    id: z.union([z.string(), z.number()]).nullish(),
    str_id: z.string().nullish(),
    name: z.string(),
    ram: z.number(),
    vcpus: z.number().nullish(),
  })
  .transform(({ id, str_id, name, ram, vcpus }) => ({
    id: str_id ?? String(id ?? ''),
    name,
    /** MiB. */
    ram,
    vcpus: vcpus ?? undefined,
  }));

export type DatabaseFlavor = z.infer<typeof databaseFlavorSchema>;

export const instanceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    operating_status: z.string().nullish(),
    flavor: z.object({ id: z.union([z.string(), z.number()]) }),
    datastore: z.object({ type: z.string(), version: z.string() }),
    volume: z.object({ size: z.number(), used: z.number().nullish() }).optional(),
    access: z
      .object({ is_public: z.boolean().nullish(), allowed_cidrs: z.array(z.string()).nullish() })
      .nullish(),
    addresses: z.array(z.object({ address: z.string(), type: z.string() })).default([]),
    created: z.string().optional(),
    fault: z.object({ message: z.string() }).nullish(),
  })
  .transform((answer) => ({
    id: answer.id,
    name: answer.name,
    /** `BUILD`, `ACTIVE`, `ERROR`, `SHUTDOWN` (being deleted), `REBOOT`, … */
    status: answer.status,
    /** `HEALTHY` when nothing is going on; empty in BUILD and during an update, when `status` is ACTIVE all the same. */
    operatingStatus: answer.operating_status ?? '',
    flavorId: String(answer.flavor.id),
    datastore: answer.datastore,
    /** GiB; undefined where it has no volume of its own. */
    volumeSize: answer.volume?.size,
    /** Pukki shows false after an update of the CIDRs, while the public address is there: go by {@link publicAddressOf}. */
    isPublic: answer.access?.is_public ?? false,
    /** Empty: nobody may connect (Pukki), or everybody (a stock Trove to which none were given at creation). */
    allowedCidrs: answer.access?.allowed_cidrs ?? [],
    addresses: answer.addresses,
    // Trove's times are in UTC without saying so.
    created: answer.created === undefined ? undefined : new Date(`${answer.created.replace(/Z$/, '')}Z`),
    /** Why it is in ERROR, in Trove's words. */
    fault: answer.fault?.message,
  }));

export type DatabaseInstance = z.infer<typeof instanceSchema>;

/** Where one connects to, from anywhere that is allowed; undefined until its ports exist, and for one that is private. */
export function publicAddressOf(instance: DatabaseInstance): string | undefined {
  return instance.addresses.find(({ type }) => type === 'public')?.address;
}

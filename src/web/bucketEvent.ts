import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isObjectKey, type ObjectKey } from '../image/key.ts';
import type { Secret } from '../image/secret.ts';

/** What an object store pushes, as far as kuva reads it. Source: Ceph's documentation, and what RGW 16.2.15 sent. */
const eventSchema = z.object({
  Records: z
    .array(
      z.object({
        eventName: z.string(),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
        opaqueData: z.string().default(''),
      }),
    )
    .min(1),
});

export type ReadEvents =
  /** Keys to look at, of objects that were written into this bucket; `strange`: one was of another bucket. */
  | { readonly outcome: 'read'; readonly keys: readonly ObjectKey[]; readonly strange: boolean }
  | { readonly outcome: 'malformed' }
  /** At least one event does not bear the secret. */
  | { readonly outcome: 'forged' };

/** Reads a body. Nothing is taken from it but the names of objects that are worth a look. */
export function readEvents(body: string, bucket: string, secret: Secret): ReadEvents {
  const records = parse(body);
  if (records === undefined) return { outcome: 'malformed' };
  if (!records.every(({ opaqueData }) => isSame(opaqueData, secret.reveal()))) return { outcome: 'forged' };
  const ours = records.filter(({ s3 }) => s3.bucket.name === bucket);
  const written = ours.filter(({ eventName }) => /^(s3:)?ObjectCreated:/.test(eventName));
  return {
    outcome: 'read',
    // Ceph tells a key as it is, not encoded as for a URL.
    keys: written.map(({ s3 }) => s3.object.key).filter(isObjectKey),
    strange: ours.length < records.length,
  };
}

function parse(body: string): z.infer<typeof eventSchema>['Records'] | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(body)).data?.Records;
  } catch {
    return undefined;
  }
}

/** In a time that does not tell how much of it was right. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

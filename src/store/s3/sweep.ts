import { z } from 'zod';
import type { ObjectKey } from '../../image/key.ts';
import { scratchPrefix } from '../scratch.ts';
import { type S3Client, textOf } from './client.ts';
import { decodeKey } from './listing.ts';
import { sendDelete } from './remove.ts';
import { parseXml, plainText } from './xml.ts';

const entry = z.object({ Key: z.string(), VersionId: z.string(), LastModified: z.string() });
const versionsSchema = z.object({
  ListVersionsResult: z.object({
    EncodingType: z.string().optional(),
    Version: z.array(entry).default([]),
    DeleteMarker: z.array(entry).default([]),
  }),
});

/** A probe is over in seconds; what is older was left by one that was killed. */
const abandonedAfter = 60 * 60 * 1000;

/**
 * Removes a scratch object with all its versions and delete markers, and those that killed processes left.
 * Never throws: what could not be removed is hidden from listings and is tried again by the next probe.
 * @param written the version id of each write; undefined where the bucket told none. Needed where versions may not
 *   be listed: a plain DELETE there could add a delete marker to what it should tidy up.
 */
export async function sweepScratch(
  client: S3Client,
  own: ObjectKey,
  written: readonly (string | undefined)[],
): Promise<void> {
  try {
    await sweepListed(client, own);
  } catch {
    for (const versionId of new Set(written)) {
      const query = versionId === undefined ? {} : { versionId };
      // No right to remove, or no server any more.
      await sendDelete(client, own, { query }).catch(() => undefined);
    }
  }
}

async function sweepListed(client: S3Client, own: ObjectKey): Promise<void> {
  const doing = `tidying up in ${client.url}`;
  const query = { versions: '', prefix: scratchPrefix, 'encoding-type': 'url' };
  const answer = await client.send({ method: 'GET', query, doing });
  const { ListVersionsResult: found } = parseXml(versionsSchema, await textOf(answer, doing), doing);
  const now = Date.parse(answer.headers.get('date') ?? '') || Date.now();
  for (const { Key, VersionId, LastModified } of [...found.Version, ...found.DeleteMarker]) {
    const key = decodeKey(plainText(Key), found.EncodingType);
    if (key !== own && now - Date.parse(LastModified) < abandonedAfter) continue;
    if (key?.startsWith(scratchPrefix) !== true) continue;
    await sendDelete(client, key, { query: { versionId: plainText(VersionId) } });
  }
}

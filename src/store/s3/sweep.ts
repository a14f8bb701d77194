import { z } from 'zod';
import type { ObjectKey } from '../../image/key.ts';
import { scratchPrefix } from '../contract.ts';
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

/** An object that a probe has made. */
export interface Scratch {
  readonly key: ObjectKey;
  /** The version id of each write; undefined where the bucket told none. */
  readonly written: readonly (string | undefined)[];
}

/**
 * Removes scratch objects with all their versions and delete markers, and those that killed processes left.
 * Never throws: what could not be removed is hidden from listings and is tried again by the next probe.
 * Where versions may not be listed, it goes by the version ids that the writes told: a plain DELETE could add a
 * delete marker to what it should tidy up.
 */
export async function sweepScratch(client: S3Client, scratches: readonly Scratch[]): Promise<void> {
  try {
    await sweepListed(client, new Set(scratches.map(({ key }) => key)));
  } catch {
    await Promise.all(scratches.map((scratch) => sweepByIds(client, scratch)));
  }
}

async function sweepByIds(client: S3Client, { key, written }: Scratch): Promise<void> {
  for (const versionId of new Set(written)) {
    const query = versionId === undefined ? {} : { versionId };
    // No right to remove, or no server any more.
    await sendDelete(client, key, { query }).catch(() => undefined);
  }
}

async function sweepListed(client: S3Client, own: ReadonlySet<string>): Promise<void> {
  const doing = `tidying up in ${client.url}`;
  const query = { versions: '', prefix: scratchPrefix, 'encoding-type': 'url' };
  const answer = await client.send({ method: 'GET', query, doing });
  const { ListVersionsResult: found } = parseXml(versionsSchema, await textOf(answer, doing), doing);
  const now = Date.parse(answer.headers.get('date') ?? '') || Date.now();
  const leftovers = [...found.Version, ...found.DeleteMarker].flatMap(({ Key, VersionId, LastModified }) => {
    const key = decodeKey(plainText(Key), found.EncodingType);
    if (key?.startsWith(scratchPrefix) !== true) return [];
    const isAbandoned = now - Date.parse(LastModified) >= abandonedAfter;
    return own.has(key) || isAbandoned ? [{ key, versionId: plainText(VersionId) }] : [];
  });
  await Promise.all(leftovers.map(({ key, versionId }) => sendDelete(client, key, { query: { versionId } })));
}

import { createHash } from 'node:crypto';
import { toKuvaError } from '../../image/failure.ts';
import type { AccessCheck } from '../access.ts';
import type { Access } from '../contract.ts';
import { scratchKey } from '../scratch.ts';
import type { S3Client } from './client.ts';
import { drain } from './client.ts';
import { listObjects } from './listing.ts';
import { getObject } from './read.ts';
import { sendDelete } from './remove.ts';
import { sweepScratch } from './sweep.ts';
import { cautiousTraits } from './traits.ts';
import { putWhole } from './write.ts';

const trials: Readonly<
  Record<Access, { tried: string; run: (client: S3Client, signal?: AbortSignal) => Promise<void> }>
> = {
  read: { tried: 'listed the bucket and opened an object', run: tryRead },
  write: { tried: 'wrote a scratch object', run: tryWrite },
  delete: { tried: 'removed a scratch object', run: tryDelete },
};

/** Tries each right by effect; see {@link CheckedStore}. */
export async function checkS3Access(
  client: S3Client,
  needs: readonly Access[],
  signal?: AbortSignal,
): Promise<AccessCheck[]> {
  const checks: AccessCheck[] = [];
  for (const access of needs) {
    const { tried, run } = trials[access];
    try {
      await run(client, signal);
      checks.push({ access, tried, allowed: true });
    } catch (thrown) {
      signal?.throwIfAborted();
      checks.push({ access, tried, allowed: false, failure: toKuvaError(thrown) });
    }
  }
  return checks;
}

async function tryRead(client: S3Client, signal?: AbortSignal): Promise<void> {
  for await (const page of listObjects(client, {
    pageSize: 10,
    ...(signal === undefined ? {} : { signal }),
  })) {
    const first = page.objects[0];
    if (first === undefined) return;
    const { body } = await getObject(client, first.key, signal === undefined ? {} : { signal });
    body.destroy();
    return;
  }
}

async function tryWrite(client: S3Client, signal?: AbortSignal): Promise<void> {
  const key = scratchKey();
  const body = Buffer.from('a scratch object of kuva');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const options = { contentType: 'text/plain', sha256, ...(signal === undefined ? {} : { signal }) };
  const { versionId } = await putWhole(client, key, body, options, cautiousTraits);
  await sweepScratch(client, [{ key, written: [versionId] }]);
}

/** A removal of what is not there needs the same right as one of what is, and needs no right to write. */
async function tryDelete(client: S3Client, signal?: AbortSignal): Promise<void> {
  const key = scratchKey();
  const answer = await sendDelete(client, key, { signal });
  await drain(answer);
  // A bucket that keeps versions has made a marker of it.
  const versionId = answer.headers.get('x-amz-version-id');
  if (versionId !== undefined) await sendDelete(client, key, { query: { versionId }, signal });
}

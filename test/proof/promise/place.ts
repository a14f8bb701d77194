/** What really lies in a bucket, read without the program: plain requests to S3, plain file system calls to a folder. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgwServer } from '../../servers/rgw.ts';
import { plainly, plainRequest } from './plainS3.ts';

export type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly server: RgwServer; readonly bucket: string };

export interface Contents {
  /** SHA-256 of every object by key. */
  readonly objects: ReadonlyMap<string, string>;
  /**
   * What is there and yet not to be seen: files that the folder store took aside, old versions and delete markers of
   * an S3 bucket that keeps versions. As words for a sentence.
   */
  readonly hidden: readonly string[];
}

type Look = (key: string, bytes: Buffer) => Promise<void> | void;

/** Reads every object. @param look is shown each one's bytes */
export function readPlace(place: Place, look: Look = () => undefined): Promise<Contents> {
  return place.kind === 'folder'
    ? readFolder(place.path, look)
    : readBucket(place.server, place.bucket, look);
}

/** @throws where keys are used that a folder holds in another way than as plain paths: the proof uses none. */
async function readFolder(path: string, look: Look): Promise<Contents> {
  const objects = new Map<string, string>();
  const hidden: string[] = [];
  for (const entry of await everythingIn(path)) {
    if (entry.isDirectory()) continue;
    const name = join(entry.parentPath, entry.name).slice(path.length + 1);
    if (name.startsWith('.kuva/')) {
      if (name.startsWith('.kuva/held/'))
        hidden.push(`the file ${name} that was taken aside or half written`);
      continue;
    }
    if (name.includes('%~')) throw new Error(`${name} is not the plain path of a key`);
    // Gone between the listing and now: it is not there.
    const bytes = await readFile(join(path, name)).catch(() => undefined);
    if (bytes === undefined) continue;
    objects.set(name, createHash('sha256').update(bytes).digest('hex'));
    await look(name, bytes);
  }
  return { objects, hidden };
}

/** A folder that goes while it is walked through makes Node give up; then it is walked through anew. */
async function everythingIn(path: string): Promise<Dirent[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readdir(path, { recursive: true, withFileTypes: true });
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

async function readBucket(server: RgwServer, bucket: string, look: Look): Promise<Contents> {
  const keys: string[] = [];
  const hidden: string[] = [];
  let more: Record<string, string> | undefined = {};
  while (more !== undefined) {
    const query: Record<string, string> = { versions: '', 'encoding-type': 'url', ...more };
    const page = (await plainly(server, 'GET', bucket, '', query)).toString();
    for (const [, kind = '', inner = ''] of page.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)) {
      const key = decoded(field(inner, 'Key'));
      if (key.startsWith('.kuva-probe-')) continue;
      if (kind === 'Version' && field(inner, 'IsLatest') === 'true') keys.push(key);
      else hidden.push(`${kind === 'Version' ? 'an old version' : 'a delete marker'} of ${key}`);
    }
    more =
      field(page, 'IsTruncated') === 'true'
        ? {
            'key-marker': decoded(field(page, 'NextKeyMarker')),
            'version-id-marker': field(page, 'NextVersionIdMarker'),
          }
        : undefined;
  }
  const objects = new Map<string, string>();
  const lane = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const { status, body } = await plainRequest(server, 'GET', bucket, key);
      if (status === 404) continue;
      if (status !== 200) throw new Error(`GET ${bucket}/${key}: ${status}`);
      objects.set(key, createHash('sha256').update(body).digest('hex'));
      await look(key, body);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return { objects, hidden };
}

function field(xml: string, name: string): string {
  return new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' ').replaceAll('&amp;', '&'));
}

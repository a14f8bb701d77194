/** What tests do with a store, in one word each. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type FailureCode, KuvaError } from '../../src/image/failure.ts';
import { type ObjectKey, parseObjectKey } from '../../src/image/key.ts';
import type { ObjectStore, ObjectVersion, PutOptions, Unusable } from '../../src/store/contract.ts';

export const key = parseObjectKey;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function put(
  store: ObjectStore,
  name: ObjectKey,
  content: string | Uint8Array,
  options: Partial<PutOptions> = {},
): Promise<ObjectVersion> {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return store.put(name, body, { contentType: 'image/jpeg', sha256: sha256(body), ...options });
}

export async function read(store: ObjectStore, name: ObjectKey, ifMatch?: string): Promise<string> {
  const { body } = await store.get(name, ifMatch === undefined ? {} : { ifMatch });
  return (await buffer(body)).toString();
}

export async function listAll(store: ObjectStore, prefix?: string): Promise<Map<string, ObjectVersion>> {
  const found = new Map<string, ObjectVersion>();
  for await (const page of store.list(prefix === undefined ? {} : { prefix })) {
    for (const version of page.objects) {
      if (found.has(version.key)) throw new Error(`${JSON.stringify(version.key)} was listed twice`);
      found.set(version.key, version);
    }
  }
  return found;
}

export async function listUnusable(store: ObjectStore): Promise<Unusable[]> {
  const found: Unusable[] = [];
  for await (const page of store.list()) found.push(...page.unusable);
  return found;
}

/** The code of the KuvaError that something fails with; `none` when it does not fail. */
export async function failureOf(promise: Promise<unknown>): Promise<FailureCode | 'none'> {
  try {
    await promise;
    return 'none';
  } catch (thrown) {
    if (thrown instanceof KuvaError) return thrown.code;
    throw thrown;
  }
}

/** Servers that keep conditions in other ways than Ceph RGW: small ones that hold their objects in memory. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { failureOf, key, put, read } from '../objects.ts';
import { fakeService, refuse } from './fakeService.ts';

interface Habits {
  /** Which If-Match counts as fitting. */
  readonly putIfMatch: 'quoted' | 'bare' | 'ignored' | 'never' | 'answers only';
  readonly ifNoneMatch: 'kept' | 'ignored' | 'answers only';
  readonly deleteIfMatch: 'quoted' | 'ignored' | 'answers only';
}

/** Keeps objects, and conditions as it is told to. `answers only`: says 412, and does it all the same. */
async function memoryService(habits: Habits) {
  const objects = new Map<string, { body: Buffer; etag: string }>();
  const service = await fakeService((request, response, body) => {
    const url = new URL(request.url ?? '', 'http://host');
    const path = url.pathname;
    const there = objects.get(path);
    if (url.searchParams.has('versioning')) {
      response.end('<VersioningConfiguration/>');
    } else if (request.method === 'PUT') {
      const { 'if-match': match, 'if-none-match': none } = request.headers;
      const write = () => objects.set(path, { body, etag: createHash('md5').update(body).digest('hex') });
      const fits =
        habits.putIfMatch === 'ignored' ||
        match === undefined ||
        (there !== undefined &&
          match === (habits.putIfMatch === 'bare' ? there.etag : `"${there.etag}"`) &&
          habits.putIfMatch !== 'never');
      const free = none === undefined || there === undefined || habits.ifNoneMatch === 'ignored';
      if (!fits || !free) {
        if (habits.putIfMatch === 'answers only' && !fits) write();
        if (habits.ifNoneMatch === 'answers only' && !free) write();
        refuse(response, 412, 'PreconditionFailed');
        return;
      }
      write();
      response.writeHead(200, { etag: `"${objects.get(path)?.etag ?? ''}"`, 'content-length': 0 }).end();
    } else if (there === undefined) {
      if (request.method === 'DELETE') response.writeHead(204).end();
      else refuse(response, 404, 'NoSuchKey');
    } else if (request.method === 'DELETE') {
      const match = request.headers['if-match'];
      const refused =
        match !== undefined && match !== `"${there.etag}"` && habits.deleteIfMatch !== 'ignored';
      if (!refused || habits.deleteIfMatch === 'answers only') objects.delete(path);
      if (refused) refuse(response, 412, 'PreconditionFailed');
      else response.writeHead(204).end();
    } else {
      const headers = { etag: `"${there.etag}"`, 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' };
      response.writeHead(200, { ...headers, 'content-length': there.body.length }).end(there.body);
    }
  });
  return { ...service, objects };
}

describe('probing a server', () => {
  const amazon: Habits = { putIfMatch: 'quoted', ifNoneMatch: 'kept', deleteIfMatch: 'quoted' };

  it.each([
    ['like Amazon S3', amazon, { removal: 'if-match', conditionalPut: true }],
    [
      'that wants bare ETags',
      { ...amazon, putIfMatch: 'bare' },
      { removal: 'if-match', conditionalPut: true },
    ],
    [
      'that ignores it all',
      { putIfMatch: 'ignored', ifNoneMatch: 'ignored', deleteIfMatch: 'ignored' },
      { removal: 'compare', conditionalPut: false },
    ],
    [
      'that refuses every If-Match',
      { ...amazon, putIfMatch: 'never' },
      { removal: 'if-match', conditionalPut: false },
    ],
    [
      'that says 412 and writes',
      { ...amazon, putIfMatch: 'answers only' },
      { removal: 'if-match', conditionalPut: false },
    ],
    [
      'that says 412 and overwrites',
      { ...amazon, ifNoneMatch: 'answers only' },
      { removal: 'if-match', conditionalPut: false },
    ],
    [
      'that says 412 and removes',
      { ...amazon, deleteIfMatch: 'answers only' },
      { removal: 'compare', conditionalPut: true },
    ],
  ] as const)('%s believes what became of the object, and removes it again', async (_name, habits, expected) => {
    const { connection, objects } = await memoryService(habits);
    const store = openS3Store(connection, 'bucket');
    expect(await store.probe()).toMatchObject(expected);
    expect(objects.size).toBe(0);
    const first = await put(store, key('cat.jpg'), 'first', { condition: 'absent' });
    expect(await failureOf(put(store, key('cat.jpg'), 'x', { condition: 'absent' }))).toBe('object-exists');
    const second = await put(store, key('cat.jpg'), 'second', { condition: { etag: first.etag } });
    expect(await failureOf(put(store, key('cat.jpg'), 'x', { condition: { etag: first.etag } }))).toBe(
      'object-changed',
    );
    expect(await store.delete(first)).toBe('changed');
    expect(await read(store, key('cat.jpg'))).toBe('second');
    expect(await store.delete(second)).toBe('deleted');
    expect(objects.size).toBe(0);
    await store.close();
  });

  it('is done once for all who ask, and again after a failure', async () => {
    let broken = true;
    let asked = 0;
    const { connection } = await fakeService((request, response) => {
      if (request.url?.includes('versioning') === true) asked += 1;
      refuse(response, broken ? 503 : 403, broken ? 'SlowDown' : 'AccessDenied');
    });
    const store = openS3Store(connection, 'bucket');
    expect(await Promise.all([failureOf(store.probe()), failureOf(store.probe())])).toEqual([
      'store-busy',
      'store-busy',
    ]);
    expect(asked).toBe(1);
    broken = false;
    expect(await store.probe()).toMatchObject({ removal: 'compare' });
    expect(await store.probe()).toMatchObject({ removal: 'compare' });
    expect(asked).toBe(2);
    await store.close();
  });
});

import { describe, expect, inject, it } from 'vitest';
import { createS3Client, textOf } from '../../../src/store/s3/client.ts';
import { defaultS3Options } from '../../../src/store/s3/connection.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { readIndependently } from '../../servers/independent.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { failureOf, key, listAll, put, sha256 } from '../objects.ts';
import { fakeService, refuse } from './fakeService.ts';

const given = inject('rgw');
const small = { multipartThreshold: 1_000_000, partSize: 5 * 1024 ** 2 };
const bytes = Buffer.alloc(12_000_000, 'many different bytes, twelve million of them; ');

describe.skipIf(given === null)('large objects on Ceph RGW (skipped without radosgw)', () => {
  const rgw = (): RgwServer => {
    if (given === null) throw new Error('no RGW');
    return given;
  };

  async function uploadsIn(bucket: string): Promise<string> {
    const client = createS3Client(connectionTo(rgw()), bucket, defaultS3Options);
    const answer = await client.send({ method: 'GET', query: { uploads: '' }, doing: 'listing uploads' });
    const text = await textOf(answer, 'listing uploads');
    await client.close();
    return text;
  }

  it('go up in parts and come out whole', async () => {
    const bucket = await freshBucket(rgw(), 'large');
    const store = openS3Store(connectionTo(rgw()), bucket, small);
    const name = key('large ü+/%2F.tif');
    const version = await put(store, name, bytes);
    expect(version.etag).toMatch(/^[0-9a-f]{32}-3$/);
    expect(version.size).toBe(bytes.length);
    expect(await store.head(name)).toMatchObject({ etag: version.etag, size: bytes.length });
    expect((await listAll(store)).get(name)?.etag).toBe(version.etag);
    expect(await readIndependently(rgw(), bucket)).toEqual(new Map([[name, sha256(bytes)]]));
    expect(await store.delete(version)).toBe('deleted');
    await store.close();
  });

  it('keep their conditions', async () => {
    const bucket = await freshBucket(rgw(), 'large');
    const store = openS3Store(connectionTo(rgw()), bucket, small);
    const name = key('large.tif');
    const version = await put(store, name, bytes, { condition: 'absent' });
    expect(await failureOf(put(store, name, bytes, { condition: 'absent' }))).toBe('object-exists');
    const other = Buffer.from(bytes).fill(0, 0, 10);
    await put(store, name, other, { condition: { etag: version.etag } });
    expect(await failureOf(put(store, name, bytes, { condition: { etag: version.etag } }))).toBe(
      'object-changed',
    );
    expect(await readIndependently(rgw(), bucket)).toEqual(new Map([[name, sha256(other)]]));
    await store.close();
  });

  it('leave no parts behind when they fail or are broken off', async () => {
    const bucket = await freshBucket(rgw(), 'large');
    const store = openS3Store(connectionTo(rgw()), bucket, small);
    expect(await failureOf(put(store, key('wrong'), bytes, { sha256: sha256(Buffer.from('other')) }))).toBe(
      'store-corrupted',
    );
    const abort = new AbortController();
    const writing = failureOf(
      put(store, key('aborted'), Buffer.concat([bytes, bytes, bytes]), { signal: abort.signal }),
    );
    setTimeout(() => {
      abort.abort();
    }, 60);
    expect(await writing).toBe('interrupted');
    expect(await uploadsIn(bucket)).not.toContain('<Upload>');
    expect((await listAll(store)).size).toBe(0);
    await store.close();
  });
});

describe('large objects on a service that changes its mind', () => {
  it('are no objects when a refusal comes in the body of the 200', async () => {
    const { connection, requests } = await fakeService((request, response) => {
      if (request.method === 'DELETE') response.writeHead(204).end();
      else if (request.method === 'PUT')
        response.writeHead(200, { etag: '"part"', 'content-length': 0 }).end();
      else if (request.url?.endsWith('?uploads=') === true) {
        response.end(
          '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
        );
      } else refuse(response, 200, 'InternalError');
    });
    const store = openS3Store(connection, 'bucket', small);
    expect(await failureOf(put(store, key('large'), bytes))).toBe('store-unreachable');
    expect(requests.at(-1)).toBe('DELETE /bucket/large?uploadId=u1');
    await store.close();
  });
});

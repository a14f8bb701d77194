import { describe, expect, it } from 'vitest';
import { KuvaError, toKuvaError } from '../../../src/image/failure.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { failureOf, key, listAll, put, read } from '../objects.ts';
import { fakeService, refuse } from './fakeService.ts';

const object = { etag: '"e1"', 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' };

describe('a service that does not do well', () => {
  it('and ends a body too early fails the reader, not the program', async () => {
    const { connection, sockets } = await fakeService((_request, response) => {
      response.writeHead(200, { ...object, 'content-length': 1000 });
      response.write('only this much', () => {
        for (const socket of sockets) socket.destroy();
      });
    });
    const store = openS3Store(connection, 'bucket');
    expect(await failureOf(read(store, key('cat.jpg')))).toBe('store-unreachable');
    await store.close();
  });

  it('and closes an idle connection as the next request comes is asked once more', async () => {
    let count = 0;
    const { connection, requests } = await fakeService((request, response) => {
      count += 1;
      if (count === 2) request.socket.destroy();
      else response.writeHead(200, { ...object, 'content-length': 5 }).end('bytes');
    });
    const store = openS3Store(connection, 'bucket');
    expect(await read(store, key('one'))).toBe('bytes');
    expect(await read(store, key('two'))).toBe('bytes');
    expect(requests).toEqual(['GET /bucket/one', 'GET /bucket/two', 'GET /bucket/two']);
    await store.close();
  });

  it('and shows half an object for a moment is asked again until it is whole', async () => {
    let count = 0;
    const { connection, requests } = await fakeService((_request, response) => {
      count += 1;
      const half = { 'last-modified': object['last-modified'], 'x-amz-request-id': 'tx1' };
      response
        .writeHead(200, { ...(count % 3 === 0 ? object : half), 'content-length': 5 })
        .end(count % 3 === 0 ? 'bytes' : 'rests');
    });
    const store = openS3Store(connection, 'bucket');
    expect(await read(store, key('cat.jpg'))).toBe('bytes');
    expect(await store.head(key('cat.jpg'))).toMatchObject({ etag: 'e1' });
    expect(requests).toHaveLength(6);
    await store.close();
  });

  it('and keeps no more than half an object tells so of this object, while others are read', async () => {
    const { connection, requests } = await fakeService((request, response) => {
      const lost = request.url === '/bucket/lost.jpg';
      response
        .writeHead(
          200,
          lost ? { 'x-amz-request-id': 'tx1', 'content-length': 0 } : { ...object, 'content-length': 5 },
        )
        .end(lost ? '' : 'bytes');
    });
    const store = openS3Store(connection, 'bucket');
    const told: unknown = await store.get(key('lost.jpg')).catch((failure: unknown) => failure);
    expect(toKuvaError(told)).toMatchObject({ code: 'store-protocol', data: 'Nothing was changed.' });
    expect(String(told)).toContain('lost.jpg');
    expect(requests).toHaveLength(6);
    expect(await read(store, key('cat.jpg'))).toBe('bytes');
    await store.close();
  });

  it('and keeps breaking off is told of, after one repetition', async () => {
    const { connection, requests } = await fakeService((request) => {
      request.socket.destroy();
    });
    const store = openS3Store(connection, 'bucket');
    expect(await failureOf(put(store, key('cat.jpg'), 'x'))).toBe('store-unreachable');
    expect(requests).toHaveLength(2);
    await store.close();
  });

  it('and loses the answer to a DELETE is looked at again, so that a newer object is not removed', async () => {
    let etag = '"old"';
    const { connection, requests } = await fakeService((request, response) => {
      if (request.method === 'GET' && request.url?.includes('?') === true)
        refuse(response, 501, 'NotImplemented');
      else if (request.method === 'PUT') refuse(response, 403, 'AccessDenied');
      else if (request.method === 'DELETE' && request.url !== '/bucket/cat.jpg')
        response.writeHead(204).end();
      else if (request.method === 'DELETE') {
        etag = '"new"';
        request.socket.destroy();
      } else
        response
          .writeHead(206, { ...object, etag, 'content-range': 'bytes 0-0/7', 'content-length': 1 })
          .end('x');
    });
    const store = openS3Store(connection, 'bucket');
    const version = { key: key('cat.jpg'), etag: 'old', size: 7, lastModified: new Date() };
    expect(await store.delete(version)).toBe('changed');
    expect(requests.filter((request) => request === 'DELETE /bucket/cat.jpg')).toHaveLength(1);
    await store.close();
  });

  it.each([
    'answers nothing',
    'stands still within the body',
  ])('and %s is given up after a time', async (how) => {
    const { connection } = await fakeService((_request, response) => {
      if (how !== 'answers nothing')
        response.writeHead(200, { ...object, 'content-length': 1000 }).write('x');
    });
    const store = openS3Store(connection, 'bucket', { answerTimeout: 200, idleTimeout: 200 });
    expect(await failureOf(read(store, key('cat.jpg')))).toBe('store-unreachable');
    await store.close();
  });

  it('and is not there at all is told of with what to look at', async () => {
    const { connection } = await fakeService(() => undefined);
    const endpoint = new URL('http://127.0.0.1:1');
    const store = openS3Store({ ...connection, endpoint }, 'bucket');
    const failure = await store.head(key('cat.jpg')).then(() => undefined, toKuvaError);
    expect(failure?.code).toBe('store-unreachable');
    expect(failure?.message).toContain('nothing listens there');
    await store.close();
  });

  it('and speaks no S3 is told of as such', async () => {
    const { connection } = await fakeService((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>');
    });
    const store = openS3Store(connection, 'bucket');
    expect(await failureOf(listAll(store))).toBe('store-unreachable');
    expect(await failureOf(store.head(key('cat.jpg')))).toBe('store-unreachable');
    await store.close();
  });

  it('and gives the same page for ever is not followed', async () => {
    const page =
      '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key><LastModified>2026-11-23T10:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag><Size>1</Size></Contents></ListBucketResult>';
    const { connection } = await fakeService((_request, response) => response.end(page));
    const store = openS3Store(connection, 'bucket');
    const pages = async () => {
      for await (const { objects } of store.list()) expect(objects[0]?.key).toBe('a');
    };
    expect(await failureOf(pages())).toBe('store-protocol');
    await store.close();
  });

  it('is not asked at all after an abort, and let go at once during one', async () => {
    const { connection, requests } = await fakeService(() => undefined);
    const store = openS3Store(connection, 'bucket');
    expect(await failureOf(store.head(key('a'), AbortSignal.abort()))).toBe('interrupted');
    expect(requests).toEqual([]);
    expect(await failureOf(store.head(key('a'), AbortSignal.timeout(50)))).toBe('interrupted');
    expect(await failureOf(store.probe(AbortSignal.timeout(50)))).toBe('interrupted');
    await store.close();
  });

  it('never makes a secret show in an error', async () => {
    const { connection } = await fakeService((request, response) => {
      const said = `${JSON.stringify(request.headers)} ${connection.secretAccessKey}`;
      refuse(response, 403, 'SignatureDoesNotMatch', said.replace(/[<&]/g, ''));
    });
    const store = openS3Store(connection, 'bucket');
    const failure = await store.head(key('cat.jpg')).then(() => undefined, toKuvaError);
    const told = `${String(failure)} ${failure?.stack ?? ''} ${failure?.data ?? ''} ${failure?.remedy ?? ''} ${String(failure?.cause)}`;
    expect(failure).toBeInstanceOf(KuvaError);
    for (const secret of [
      connection.secretAccessKey,
      connection.sessionToken ?? '',
      'Signature=',
      connection.accessKeyId,
    ]) {
      expect(told).not.toContain(secret);
    }
    await store.close();
  });
});

/** A service that misbehaves as it is told: what a real one cannot be made to do. Checks no signature. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { S3Connection } from '../../../src/store/s3/connection.ts';

export type Answerer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

export interface FakeService {
  readonly connection: S3Connection;
  /** Method and path of each request that came, in order. */
  readonly requests: string[];
  readonly sockets: ReadonlySet<Socket>;
}

export async function fakeService(answer: Answerer): Promise<FakeService> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request, response, Buffer.concat(chunks));
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    requests,
    sockets,
    connection: {
      endpoint: new URL(`http://127.0.0.1:${String(address.port)}`),
      region: 'eu-north-1',
      accessKeyId: 'THEACCESSKEY',
      secretAccessKey: 'the secret key itself',
      sessionToken: 'the session token itself',
    },
  };
}

export function refuse(response: ServerResponse, status: number, code: string, message = 'no'): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>r1</RequestId></Error>`;
  response
    .writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) })
    .end(xml);
}

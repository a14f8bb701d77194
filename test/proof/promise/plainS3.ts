/**
 * S3 requests without a line of kuva's own client: signed by hand (AWS Signature Version 4, as in "Signature
 * Calculations for the Authorization Header"), sent by node:http. What both ends of our client get wrong in the same
 * way would go unseen if the proof read with it.
 */
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { RgwServer } from '../../servers/rgw.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function plainRequest(
  server: RgwServer,
  method: 'GET' | 'PUT' | 'DELETE' | 'HEAD',
  bucket: string,
  key = '',
  query: Readonly<Record<string, string>> = {},
  body: Uint8Array = new Uint8Array(),
): Promise<PlainAnswer> {
  const { host, hostname, port } = new URL(server.endpoint);
  const path = `/${escaped(bucket)}${key === '' ? '' : `/${escaped(key).replaceAll('%2F', '/')}`}`;
  const asked = Object.entries(query)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&');
  const now = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const hash = sha256(body);
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const headers = `host:${host}\nx-amz-content-sha256:${hash}\nx-amz-date:${now}\n`;
  const scope = `${now.slice(0, 8)}/${server.region}/s3/aws4_request`;
  const canonical = [method, path, asked, headers, names, hash].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', now, scope, sha256(canonical)].join('\n');
  let signing: string | Buffer = `AWS4${server.secretAccessKey}`;
  for (const part of scope.split('/')) signing = hmac(signing, part);
  const signature = hmac(signing, toSign).toString('hex');
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        method,
        hostname,
        port,
        path: asked === '' ? path : `${path}?${asked}`,
        headers: {
          'x-amz-date': now,
          'x-amz-content-sha256': hash,
          'content-length': body.length,
          authorization: `AWS4-HMAC-SHA256 Credential=${server.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The same, when anything but success is a fault of the test. */
export async function plainly(...asked: Parameters<typeof plainRequest>): Promise<Buffer> {
  const { status, body } = await plainRequest(...asked);
  if (status >= 300)
    throw new Error(`${asked[1]} ${asked[2]}/${asked[3] ?? ''}: ${status} ${body.toString()}`);
  return body;
}

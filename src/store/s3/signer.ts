import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { S3Connection } from './connection.ts';

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

interface UnsignedRequest {
  readonly method: string;
  /** Encoded as it goes over the wire, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal: the server compares it with the bytes that arrive. */
  readonly sha256: string;
}

/** Signs with AWS Signature Version 4; gives all headers to send. */
export type Sign = (request: UnsignedRequest) => Promise<Record<string, string>>;

/** @param service `sns` for Ceph's topics, which lie at the same endpoint */
export function createSigner(connection: S3Connection, service: 's3' | 'sns' = 's3'): Sign {
  const { endpoint, accessKeyId, secretAccessKey, sessionToken } = connection;
  const signer = new SignatureV4({
    service,
    // A blank region, as Ceph services document it, is not signable.
    region: connection.region === '' ? 'us-east-1' : connection.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: Sha256,
    // S3 alone signs the path as it is sent; escaping it again would also resolve its dot segments.
    uriEscapePath: false,
    applyChecksum: true,
  });
  return async ({ method, path, query, headers, sha256 }) => {
    const signed = await signer.sign({
      method,
      path,
      query: { ...query },
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      headers: { ...headers, host: endpoint.host, 'x-amz-content-sha256': sha256 },
    });
    return signed.headers;
  };
}

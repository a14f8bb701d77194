import type { At } from '../../image/crashPoint.ts';

/** Who asks. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** Where an S3 service is and who asks. Finding these is the configuration's business. */
export interface S3Connection extends S3Keys {
  /** Scheme, host, port, and a path if the service lies under one. Buckets are addressed in the path. */
  readonly endpoint: URL;
  /** Part of every signature. Ceph takes any; Amazon does not. */
  readonly region: string;
  /** Looks for the keys once more where they came from; undefined when there are none. Must not throw. */
  readonly renew?: () => S3Keys | undefined;
}

/** How to go about the connection. All times in milliseconds. */
export interface S3Options {
  /** Sockets to this service at most. */
  readonly connections: number;
  /** TCP and TLS. */
  readonly connectTimeout: number;
  /** From the last byte sent to the first of the answer; also the longest standstill while sending. */
  readonly answerTimeout: number;
  /** The longest standstill within an answer's body. */
  readonly idleTimeout: number;
  /** Objects larger than this (bytes) go up in parts. */
  readonly multipartThreshold: number;
  /** Bytes of a part; Amazon and Ceph ask for 5 MiB at least. */
  readonly partSize: number;
  /** Passed between any two requests that change something: for the tests, which crash there. */
  readonly at?: At;
}

export const defaultS3Options: S3Options = {
  connections: 64,
  connectTimeout: 10_000,
  answerTimeout: 60_000,
  idleTimeout: 60_000,
  multipartThreshold: 64 * 1024 ** 2,
  partSize: 16 * 1024 ** 2,
};

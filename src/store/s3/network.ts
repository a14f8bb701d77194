import { KuvaError } from '../../image/failure.ts';

/** What the codes of Node and undici mean, for people. */
const explanations: Readonly<Record<string, { what: string; remedy: string }>> = {
  ECONNREFUSED: { what: 'nothing listens there', remedy: 'Check the endpoint and that the service runs.' },
  ENOTFOUND: {
    what: 'its name is not known',
    remedy: 'Check the endpoint for a typing mistake, and the name service.',
  },
  EAI_AGAIN: { what: 'the name service does not answer', remedy: 'Check the network of this machine.' },
  EHOSTUNREACH: { what: 'there is no way to it', remedy: 'Check the network and the firewall.' },
  ENETUNREACH: { what: 'there is no way to it', remedy: 'Check the network of this machine.' },
  UND_ERR_CONNECT_TIMEOUT: {
    what: 'no connection came about in time',
    remedy: 'Check the endpoint, the network and the firewall.',
  },
  UND_ERR_HEADERS_TIMEOUT: {
    what: 'no answer came in time',
    remedy: 'Check how the service is doing; a larger answer timeout may help.',
  },
  UND_ERR_BODY_TIMEOUT: {
    what: 'the answer stood still',
    remedy: 'Check the network and how the service is doing.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'its certificate is for another name',
    remedy: 'Check the endpoint.',
  },
  CERT_HAS_EXPIRED: {
    what: 'its certificate has expired',
    remedy: 'Check the clock of this machine, else tell those who run the service.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'its certificate is self-signed',
    remedy: 'Name its authority in NODE_EXTRA_CA_CERTS.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    what: 'its certificate comes from an unknown authority',
    remedy: 'Name its authority in NODE_EXTRA_CA_CERTS.',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    what: 'its certificate comes from an unknown authority',
    remedy: 'Name its authority in NODE_EXTRA_CA_CERTS.',
  },
  EPROTO: {
    what: 'it does not speak TLS',
    remedy: 'Check whether the endpoint begins with http:// or https://.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: 'it does not speak TLS',
    remedy: 'Check whether the endpoint begins with http:// or https://.',
  },
};

/** Codes of a connection that broke off; such a request is repeated once if nothing had come back. */
const brokenOff = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED']);

/** The `code` of an error, or of what it hides: a failed connection to several addresses is an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined);
  return codeOf(error.cause);
}

/** @returns KuvaError `store-unreachable` */
export function networkFailure(doing: string, error: unknown): KuvaError {
  if (error instanceof KuvaError) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : explanations[code];
  const told = known?.what ?? (error instanceof Error ? error.message : String(error));
  return new KuvaError('store-unreachable', {
    what: `The object store did not answer while ${doing}: ${told}`,
    data: 'Nothing was lost; it will be tried again.',
    remedy: known?.remedy ?? 'Check the network and how the service is doing.',
    cause: error,
  });
}

/**
 * Something else answered in the object store's place: a load balancer's page for maintenance, a hotel's login. It is
 * waited for like silence, since such a page would else use up the attempts of every image.
 */
export function notFromS3(doing: string, why: string, text?: string): KuvaError {
  return new KuvaError('store-unreachable', {
    what: `What answered while ${doing} does not speak like an object store: ${why}`,
    data: 'Nothing was changed; it will be tried again.',
    remedy:
      'Check that the endpoint is an S3 service, and that no proxy or load balancer answers in its place.',
    ...(text !== undefined && { cause: new Error(text) }),
  });
}

/** Did the connection break off, as an idle one does that the server closed at the same moment? */
export function isBrokenOff(failure: unknown): boolean {
  if (!(failure instanceof KuvaError) || failure.code !== 'store-unreachable') return false;
  const code = codeOf(failure.cause);
  return code !== undefined && brokenOff.has(code);
}

export function interrupted(doing: string, reason: unknown): KuvaError {
  return new KuvaError('interrupted', { what: `Stopped while ${doing}`, cause: reason });
}

/** S3 services mark their answers by headers of their own; a load balancer's page has none. */
export function speaksS3(headers: ReadonlyMap<string, string>): boolean {
  return [...headers.keys()].some((name) => /^x-(amz|goog|rgw)-/.test(name));
}

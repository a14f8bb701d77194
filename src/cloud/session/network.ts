import { KuvaError } from '../../image/failure.ts';

/** What the codes of Node's fetch mean, for people. */
const explanations: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Check auth_url and that the service runs.'],
  ENOTFOUND: ['its name is not known', 'Check auth_url for a typing mistake, and the name service.'],
  EAI_AGAIN: ['the name service does not answer', 'Check the network of this machine.'],
  UND_ERR_CONNECT_TIMEOUT: ['no connection came about in time', 'Check the network and the firewall.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'Check auth_url.'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Check the clock of this machine.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'its certificate is self-signed',
    'Name its authority in NODE_EXTRA_CA_CERTS.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate comes from an unknown authority',
    'Name its authority in NODE_EXTRA_CA_CERTS.',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'its certificate comes from an unknown authority',
    'Name its authority in NODE_EXTRA_CA_CERTS.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'Check whether it is http:// or https://.'],
  EPROTO: ['it does not speak TLS', 'Check whether it is http:// or https://.'],
};

/** Codes of a request that cannot have reached the service: to send it again can double nothing. */
const neverArrived = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** No answer came. */
export class CloudSilent extends KuvaError {
  /** The request cannot have had an effect. */
  readonly neverArrived: boolean;
  /** A certificate or a name will be as wrong the next time. */
  readonly mayPass: boolean;

  constructor(host: string, doing: string, error: unknown) {
    const code = codeOf(error);
    const [told, remedy] = (code !== undefined && explanations[code]) || [
      error instanceof Error
        ? error.name === 'TimeoutError'
          ? 'no answer came in time'
          : error.message
        : String(error),
      'Check the network, and run the command again: it goes on from what is there.',
    ];
    const arrived = code === undefined || !neverArrived.has(code);
    super('cloud-unreachable', {
      what: `The cloud at ${host} did not answer while ${doing}: ${told}${code === undefined ? '' : ` (${code})`}`,
      data: arrived
        ? 'It is not known whether it did it; the next run looks first and makes nothing twice.'
        : 'It did nothing.',
      remedy,
      cause: error,
    });
    this.neverArrived = !arrived;
    this.mayPass = code === undefined || !/CERT|SSL|EPROTO|ENOTFOUND/.test(code);
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined);
  return codeOf(error.cause);
}

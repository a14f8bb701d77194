/** What the proxy can do to a request. */
export type Fault =
  /** Waits before it passes the request on. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Reads the request and never answers it. */
  | { readonly kind: 'silence' }
  /** Breaks the connection; the server never sees the request. */
  | { readonly kind: 'reset-before' }
  /** Breaks both connections when half of the request's body was passed on. */
  | { readonly kind: 'reset-in-request' }
  /** Breaks the connection when half of the answer's body was passed on. */
  | { readonly kind: 'reset-in-answer' }
  /** Lets the request take effect, waits for the server's whole answer, and breaks the connection instead of passing it on. */
  | { readonly kind: 'lose-answer' }
  /** Answers in the server's place with S3's words for a refusal. */
  | { readonly kind: 'refuse'; readonly refusal: RefusalName }
  /** A load balancer's page in the server's place. */
  | { readonly kind: 'html'; readonly status: 200 | 502 | 504 }
  /** Ends the answer after half of it: its announced length is not reached, or its last chunk never comes. */
  | { readonly kind: 'cut-answer'; readonly framing: 'length' | 'chunked' }
  /** Half of the answer, in chunks, and an end as if that were all. */
  | { readonly kind: 'shorten-answer' }
  /** One bit in the middle of the answer's body is another. */
  | { readonly kind: 'flip-bit' }
  /** The request reaches the server twice; the second answer is passed on. */
  | { readonly kind: 'send-twice' }
  /** The answer that the same listing got before this one's turn, once more. */
  | { readonly kind: 'stale-listing' }
  /** Runs before the request is passed on. */
  | { readonly kind: 'meanwhile'; readonly when: 'before'; readonly act: () => Promise<void> }
  /** Runs when the server has answered in full, before the answer is passed on. */
  | { readonly kind: 'meanwhile'; readonly when: 'after'; readonly act: () => Promise<void> };

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Refusals as Ceph RGW and Amazon S3 word them (Amazon S3 API reference, "Error responses"). */
export const refusals = {
  InternalError: { status: 500, code: 'InternalError', message: 'We encountered an internal error.' },
  SlowDown: { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  'SlowDown with Retry-After': {
    status: 503,
    code: 'SlowDown',
    message: 'Please reduce your request rate.',
    headers: { 'retry-after': '1' },
  },
  AccessDenied: { status: 403, code: 'AccessDenied', message: 'Access Denied' },
  RequestTimeTooSkewed: {
    status: 403,
    code: 'RequestTimeTooSkewed',
    message: 'The difference between the request time and the current time is too large.',
  },
  ExpiredToken: { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' },
  'ExpiredToken as 403': { status: 403, code: 'ExpiredToken', message: 'The provided token has expired.' },
  InvalidAccessKeyId: {
    status: 403,
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  },
  NoSuchBucket: { status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' },
  NoSuchKey: { status: 404, code: 'NoSuchKey', message: 'The specified key does not exist.' },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;

/** How far the clock of a server that answers RequestTimeTooSkewed is ahead, in milliseconds. */
export const skew = 40 * 60_000;

export function refusalHeaders(name: RefusalName): Record<string, string> {
  const refusal: Refusal = refusals[name];
  const date = new Date(Date.now() + (refusal.code === 'RequestTimeTooSkewed' ? skew : 0)).toUTCString();
  return { ...refusal.headers, 'content-type': 'application/xml', date };
}

export function refusalBody(name: RefusalName, number: number): Buffer {
  const { code, message } = refusals[name];
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>proxy-${number}</RequestId></Error>`,
  );
}

export function htmlBody(status: 200 | 502 | 504): Buffer {
  const words = { 200: 'Maintenance', 502: 'Bad Gateway', 504: 'Gateway Time-out' }[status];
  return Buffer.from(
    `<html>\r\n<head><title>${status} ${words}</title></head>\r\n<body>\r\n<center><h1>${status} ${words}</h1></center>\r\n<hr><center>a load balancer</center>\r\n</body>\r\n</html>\r\n`,
  );
}

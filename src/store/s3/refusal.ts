/**
 * Every refusal of an S3 service, translated once: from its error code, else from the HTTP status, to a failure
 * code that decides what happens next. Sources: Amazon S3 API reference, "Error responses"; Ceph's rgw_common.cc.
 */
import { z } from 'zod';
import { type FailureCode, KuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import { plainText, tryXml } from './xml.ts';

/** What a service said when it said no. HEAD answers have no code, only a status. */
export interface Refusal {
  readonly status: number;
  /** S3's word for it, e.g. `NoSuchKey`; empty where the answer had none. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  /** Milliseconds since 1970 by the server's clock, from the answer's Date; NaN where it told none. */
  readonly serverTime?: number;
}

interface Meaning {
  readonly failure: FailureCode;
  readonly what: string;
  readonly remedy: string;
}

const means = (failure: FailureCode, what: string, remedy: string): Meaning => ({ failure, what, remedy });

const wrongKey = means(
  'store-denied',
  'the access key is not known there',
  'Check the access key and that it belongs to this endpoint.',
);
const oldToken = means(
  'store-denied',
  'the session token is not valid any more',
  'Get new temporary credentials, or use keys that do not expire.',
);
const missingBucket = means(
  'bucket-missing',
  'there is no such bucket',
  'Check the name of the bucket and the endpoint, or create it.',
);
const denied = means(
  'store-denied',
  'these credentials may not do that',
  'Ask the owner of the bucket for the right, or use other credentials.',
);
const full = means('store-full', 'a quota is used up', 'Make room in the bucket, or ask for a larger quota.');
const busy = means(
  'store-busy',
  'it asks to slow down',
  'Nothing to do; fewer workers or a lower concurrency ask for less.',
);
const unwell = means(
  'store-unreachable',
  'it has a fault of its own',
  'Wait, or tell those who run the service.',
);
const elsewhere = means(
  'store-unreachable',
  'the bucket is served elsewhere',
  'Check the endpoint and the region in the configuration.',
);
const damaged = means(
  'store-corrupted',
  'other bytes arrived than were sent',
  'If it happens again, check the memory and the network of this machine.',
);
const unsupported = means(
  'store-protocol',
  'it does not know such a request',
  'Check that the endpoint is an S3 service.',
);

const byCode: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: missingBucket,
  InvalidBucketName: means(
    'bucket-missing',
    'it allows no bucket of that name',
    'Check the name of the bucket.',
  ),
  NoSuchKey: means('object-missing', 'there is no such object', 'Nothing to do: it was removed or renamed.'),
  NoSuchVersion: means(
    'object-missing',
    'there is no such version of the object',
    'Nothing to do: it was removed.',
  ),
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  UserSuspended: means('store-denied', 'this user is suspended', 'Ask those who run the service.'),
  InvalidAccessKeyId: wrongKey,
  SignatureDoesNotMatch: means(
    'store-denied',
    'the signature does not fit',
    'Check the secret key; a proxy that rewrites requests is another cause.',
  ),
  RequestTimeTooSkewed: means(
    'store-denied',
    'the clocks differ by too much',
    'Set the clock of this machine (timedatectl set-ntp true).',
  ),
  RequestExpired: means(
    'store-denied',
    'the clocks differ by too much',
    'Set the clock of this machine (timedatectl set-ntp true).',
  ),
  ExpiredToken: oldToken,
  InvalidToken: oldToken,
  TokenRefreshRequired: oldToken,
  AuthorizationHeaderMalformed: means(
    'store-denied',
    'the region of the signature is wrong',
    'Set the region of the bucket in the configuration.',
  ),
  QuotaExceeded: full,
  TooManyBuckets: full,
  SlowDown: busy,
  ServiceUnavailable: busy,
  Busy: busy,
  TooManyRequests: busy,
  RequestLimitExceeded: busy,
  OperationAborted: busy,
  ConditionalRequestConflict: busy,
  InternalError: unwell,
  // Ceph's word for an error that it has no word for, of one object rather than of the service, e.g. a name that
  // its disks cannot hold: waiting for ever would not help.
  UnknownError: means(
    'store-protocol',
    'it has a fault of its own with this object',
    'Tell those who run the service.',
  ),
  RequestTimeout: means('store-unreachable', 'the bytes came too slowly', 'Check the network.'),
  IncompleteBody: means('store-unreachable', 'the bytes ended too early', 'Check the network.'),
  PermanentRedirect: elsewhere,
  TemporaryRedirect: elsewhere,
  IllegalLocationConstraintException: elsewhere,
  XAmzContentSHA256Mismatch: damaged,
  BadDigest: damaged,
  InvalidDigest: damaged,
  ReadOnlyBucket: means('store-readonly', 'it takes no writes', 'Wait, or tell those who run the service.'),
  KeyTooLongError: means(
    'key-invalid',
    'the name of the object is too long for it',
    'Give the object a shorter name.',
  ),
  InvalidObjectName: means(
    'key-invalid',
    'it allows no object of that name',
    'Give the object another name.',
  ),
  InvalidObjectState: means(
    'store-protocol',
    'the object lies in an archive',
    'Restore the object from the archive first.',
  ),
  NoSuchUpload: means(
    'store-unreachable',
    'the upload in parts was ended by somebody else',
    'Nothing to do; it will be tried again.',
  ),
};

const byStatus: Readonly<Record<number, Meaning>> = {
  301: elsewhere,
  307: elsewhere,
  401: denied,
  403: denied,
  404: missingBucket,
  408: unwell,
  429: busy,
  500: unwell,
  502: unwell,
  503: busy,
  504: unwell,
  507: full,
};

const errorSchema = z.object({
  Error: z.object({
    Code: z.string(),
    Message: z.string().default(''),
    RequestId: z.string().optional(),
  }),
});

export function readRefusal(status: number, body: string): Refusal {
  const found = tryXml(errorSchema, body)?.Error;
  return {
    status,
    code: found === undefined ? '' : plainText(found.Code).trim(),
    message: found === undefined ? '' : plainText(found.Message).trim(),
    requestId: found?.RequestId,
  };
}

function meaningOf(refusal: Refusal): Meaning {
  return (
    (Object.hasOwn(byCode, refusal.code) ? byCode[refusal.code] : undefined) ??
    byStatus[refusal.status] ??
    (refusal.status >= 500 ? unwell : unsupported)
  );
}

/** Is it the keys, or their rights, that were refused? */
export function isDenial(refusal: Refusal): boolean {
  return meaningOf(refusal).failure === 'store-denied';
}

/** How far this machine's clock is off, where that is what was refused. */
function clockFault({ code, serverTime = Number.NaN }: Refusal): string {
  const ahead = Date.now() - serverTime;
  if (!['RequestTimeTooSkewed', 'RequestExpired'].includes(code) || Number.isNaN(ahead)) return '';
  return `; the clock of this machine is ${showDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} that of the service`;
}

/** Names what the service said in its own words at the end, for whoever runs it. Never a header, never a secret. */
export function refusalFailure(refusal: Refusal, doing: string): KuvaError {
  const meaning = meaningOf(refusal);
  const words = [`HTTP ${refusal.status}`, refusal.code, refusal.requestId && `request ${refusal.requestId}`];
  return new KuvaError(meaning.failure, {
    what: `The object store refused ${doing}: ${meaning.what}${clockFault(refusal)} (${words.filter(Boolean).join(', ')})`,
    data: 'The object stays as it is.',
    remedy: meaning.remedy,
    // Amazon's message may quote the access key id or the whole string to sign; these codes say it all already.
    cause:
      meaning.failure === 'store-denied'
        ? undefined
        : new Error(refusal.message.slice(0, 300) || refusal.code),
  });
}

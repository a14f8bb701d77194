import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type FailureCode, KuvaError, toKuvaError } from '../../image/failure.ts';
import { visible } from '../../image/visible.ts';
import type { ErrorAnswer } from './schemas/words.ts';

/** A refusal of the API itself; what stores, ledger and images refuse comes as a KuvaError. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: ContentfulStatusCode;
  readonly error: ErrorAnswer['error'];
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(status: ContentfulStatusCode, error: ErrorAnswer['error'], retryAfter?: number) {
    super(error.what);
    this.status = status;
    this.error = error;
    this.retryAfter = retryAfter;
  }
}

/** What an asker hears of an error, and whether somebody should look at it. */
export function answerTo(thrown: unknown): {
  readonly status: ContentfulStatusCode;
  readonly body: ErrorAnswer;
  readonly retryAfter: number | undefined;
  readonly unexpected: boolean;
} {
  if (thrown instanceof ApiFailure) {
    const { status, error, retryAfter } = thrown;
    return { status, body: { error }, retryAfter, unexpected: false };
  }
  if (thrown instanceof z.ZodError) {
    const [issue] = thrown.issues;
    const error = {
      code: 'usage-invalid',
      what: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`,
    };
    return { status: 400, body: { error }, retryAfter: undefined, unexpected: false };
  }
  if (thrown instanceof HTTPException && thrown.status < 500) {
    const error = {
      code: 'usage-invalid',
      what: 'This was not understood: the body is not the JSON that it should be',
    };
    return { status: 400, body: { error }, retryAfter: undefined, unexpected: false };
  }
  const failure = toKuvaError(thrown);
  const { code, message, data, remedy } = failure;
  if (code === 'internal' && !(thrown instanceof KuvaError)) {
    const error = { code, what: 'This could not be answered; the log of kuva says why' };
    return { status: 500, body: { error }, retryAfter: undefined, unexpected: true };
  }
  const status = statuses[code] ?? (failure.retry === 'patient' ? 503 : 500);
  const error = {
    code,
    what: visible(message),
    ...(data !== undefined && { data: visible(data) }),
    ...(remedy !== undefined && { remedy: visible(remedy) }),
  };
  return { status, body: { error }, retryAfter: undefined, unexpected: status === 500 };
}

const statuses: Partial<Record<FailureCode, ContentfulStatusCode>> = {
  'key-invalid': 400,
  'usage-invalid': 400,
  'config-invalid': 400,
  'object-missing': 404,
  'object-exists': 409,
  'object-changed': 409,
  'image-too-large': 413,
  'not-an-image': 415,
  'format-unsupported': 415,
  'image-damaged': 422,
  'step-impossible': 422,
  'transform-timeout': 422,
  'transform-crashed': 422,
  'transform-failed': 422,
  'store-corrupted': 422,
  'store-busy': 503,
};

export const notFound = (what: string): ApiFailure => new ApiFailure(404, { code: 'not-found', what });

import type { IncomingMessage } from 'node:http';

/** What an S3 request is for, as a fault rule names it. A HEAD, and a GET of the first byte alone, are both `head`. */
export type RequestKind =
  | 'list'
  | 'head'
  | 'get'
  | 'put'
  | 'delete'
  | 'create-upload'
  | 'put-part'
  | 'complete-upload'
  | 'abort-upload'
  | 'bucket';

/** One request as the rules see it. */
export interface S3Request {
  /** Counts from 1. */
  readonly number: number;
  readonly kind: RequestKind;
  readonly method: string;
  readonly bucket: string;
  /** Decoded; undefined for the bucket itself. */
  readonly key: string | undefined;
  readonly query: URLSearchParams;
  /** Path and query as they came: passed on as they are, since they are signed. */
  readonly target: string;
}

export function readRequest(request: IncomingMessage, number: number): S3Request {
  const target = request.url ?? '/';
  const method = request.method ?? 'GET';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const slash = path.indexOf('/', 1);
  const bucket = decodeURIComponent(path.slice(1, slash < 0 ? undefined : slash));
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  const key = rest === '' ? undefined : decodeURIComponent(rest);
  const firstByte = request.headers.range === 'bytes=0-0';
  return {
    number,
    kind: kindOf(method, key, query, firstByte),
    method,
    bucket,
    key,
    query,
    target,
  };
}

function kindOf(
  method: string,
  key: string | undefined,
  query: URLSearchParams,
  firstByte: boolean,
): RequestKind {
  if (key === undefined) return query.has('list-type') ? 'list' : 'bucket';
  switch (method) {
    case 'HEAD':
      return 'head';
    case 'PUT':
      return query.has('partNumber') ? 'put-part' : 'put';
    case 'POST':
      return query.has('uploads') ? 'create-upload' : 'complete-upload';
    case 'DELETE':
      return query.has('uploadId') ? 'abort-upload' : 'delete';
    default:
      return firstByte ? 'head' : 'get';
  }
}

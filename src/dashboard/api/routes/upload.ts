import type { Context } from 'hono';
import { KuvaError, toKuvaError } from '../../../image/failure.ts';
import { contentTypes, type ImageFormat } from '../../../image/format.ts';
import { type ObjectKey, parseObjectKey, showKey } from '../../../image/key.ts';
import { type ObjectStore, scratchPrefix } from '../../../store/contract.ts';
import { bounded, tooLarge } from '../body.ts';
import { ApiFailure } from '../failure.ts';
import { type ApiPlug, answers } from '../route.ts';
import { uploadedSchema } from '../schemas/actions.ts';
import { uploadHeaders, uploadParams, uploadQuery } from '../schemas/uploads.ts';

export interface UploadOptions {
  readonly input: Pick<ObjectStore, 'head' | 'receive' | 'bucket'>;
  /** What the first bytes are. @throws KuvaError `not-an-image`, `format-unsupported` */
  readonly sniff: (bytes: Buffer) => ImageFormat;
  /** The largest input that is taken, in bytes. */
  readonly largest: number;
}

/** Uploads at the same time: each may hold a part of 16 MB in memory. */
const mostUploads = 8;
/** Bytes that are looked at before anything is stored. */
const lookedAt = 4_096;

/** `PUT /uploads/{key}` */
export function uploadRoute(options: UploadOptions): ApiPlug {
  let open = 0;
  return (app) => {
    app.openAPIRegistry.registerPath({
      method: 'put',
      path: '/uploads/{key}',
      summary: 'Put an image in',
      description:
        'The body is the file. It is looked at before it is stored, streamed into the input bucket, and appears there whole or not at all.',
      request: {
        params: uploadParams,
        query: uploadQuery,
        headers: uploadHeaders,
        body: { required: true, content: { 'application/octet-stream': {} } },
      },
      responses: answers(uploadedSchema),
    });
    // Keys have slashes, also encoded ones.
    app.put('/uploads/*', async (context) => {
      if (open >= mostUploads) {
        throw new ApiFailure(
          503,
          { code: 'too-many-uploads', what: `${mostUploads} files are being put in already` },
          1,
        );
      }
      open += 1;
      try {
        return context.json(await take(context, options), 200);
      } finally {
        open -= 1;
      }
    });
  };
}

async function take(context: Context, { input, sniff, largest }: UploadOptions) {
  const key = keyOf(context.req.url);
  const overwrite = uploadQuery.parse(context.req.query()).overwrite === '1';
  const expected = expectedOf(context, largest);
  if (!overwrite && (await input.head(key)) !== undefined) throw exists(key);
  const stream = context.req.raw.body;
  if (stream === null) throw new KuvaError('not-an-image', { what: 'The file is empty: it has 0 bytes' });
  if (input.receive === undefined)
    throw new ApiFailure(501, { code: 'no-uploads', what: 'Nothing can be put in here' });
  const pieces = bounded(stream, largest);
  const head: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < lookedAt) {
    const piece = await pieces.next();
    if (piece.done === true) break;
    head.push(piece.value);
    bytes += piece.value.length;
  }
  const begin = Buffer.concat(head);
  try {
    const format = sniff(begin.subarray(0, lookedAt));
    const { version, sha256 } = await input.receive(key, joined(begin, pieces), {
      contentType: contentTypes[format],
      expected,
      signal: context.req.raw.signal,
      ...(!overwrite && { condition: 'absent' as const }),
    });
    return { key, bytes: version.size, etag: version.etag, sha256 };
  } catch (thrown) {
    const failure = toKuvaError(thrown);
    throw failure.code === 'object-exists' ? exists(key) : thrown;
  } finally {
    await pieces.return(undefined);
  }
}

/** Taken from the address as it was sent: a router would decode it once too often. @throws KuvaError `key-invalid` */
function keyOf(url: string): ObjectKey {
  const [path = ''] = url.slice(url.indexOf('/uploads/') + '/uploads/'.length).split(/[?#]/);
  let text: string;
  try {
    text = decodeURIComponent(path);
  } catch {
    throw new ApiFailure(400, {
      code: 'key-invalid',
      what: 'The name of the object is not encoded as UTF-8',
    });
  }
  if (text.startsWith(scratchPrefix))
    throw new ApiFailure(400, {
      code: 'key-invalid',
      what: `Names that begin with ${scratchPrefix} are kuva's own`,
    });
  return parseObjectKey(text);
}

function expectedOf(context: Context, largest: number): { size?: number; sha256?: string } {
  const length = context.req.header('content-length');
  const size = length === undefined ? undefined : Number(length);
  if (size !== undefined && size > largest) throw tooLarge(largest);
  const { 'x-content-sha256': sha256 } = uploadHeaders.parse({
    'x-content-sha256': context.req.header('x-content-sha256'),
  });
  return {
    ...(size !== undefined && { size }),
    ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
  };
}

async function* joined(begin: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield begin;
  yield* rest;
}

function exists(key: ObjectKey): ApiFailure {
  return new ApiFailure(409, {
    code: 'exists',
    what: `There is an image named ${showKey(key)} already, which waits or is in work`,
    data: 'It was left as it is; nothing was written.',
    remedy: 'Give the new one another name, or say that it shall replace the old one.',
  });
}

/** The errors of a file system, translated once. Source of the codes: errno(3). */
import { type FailureCode, KuvaError } from '../../image/failure.ts';

interface Meaning {
  readonly failure: FailureCode;
  readonly what: string;
  readonly remedy: string;
}

const means = (failure: FailureCode, what: string, remedy: string): Meaning => ({ failure, what, remedy });

const denied = means(
  'store-denied',
  'the file system refuses access',
  'Check the owner and the rights of the folder.',
);
const full = means(
  'store-full',
  'there is no room left',
  'Make room on the disk, or ask for a larger quota.',
);
const away = means(
  'store-unreachable',
  'the file system does not answer',
  'Check the disk or the network drive.',
);
const busy = means('store-busy', 'too many files are open', 'Raise the limit of open files (ulimit -n).');
const unnameable = means(
  'key-invalid',
  'its file system cannot hold such a name',
  'Give the object another name.',
);

const byCode: Readonly<Record<string, Meaning>> = {
  EACCES: denied,
  EPERM: denied,
  EROFS: means('store-readonly', 'the file system takes no writes', 'Mount it for writing.'),
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EMFILE: busy,
  ENFILE: busy,
  EBUSY: busy,
  EAGAIN: busy,
  EIO: away,
  ESTALE: away,
  ENXIO: away,
  ENODEV: away,
  ENOTCONN: away,
  ETIMEDOUT: away,
  EHOSTDOWN: away,
  EINVAL: unnameable,
  EILSEQ: unnameable,
  ENAMETOOLONG: unnameable,
};

/** The `code` of a Node error, e.g. `ENOENT`. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @returns KuvaError `store-*`, `key-invalid`; what is a KuvaError already stays as it is */
export function fileFailure(error: unknown, doing: string): KuvaError {
  if (error instanceof KuvaError) return error;
  const code = errno(error);
  const meaning = code === undefined ? undefined : byCode[code];
  if (meaning === undefined) {
    return new KuvaError('store-protocol', {
      what: `Something unexpected happened while ${doing}: ${error instanceof Error ? error.message : String(error)}`,
      data: 'The object stays as it is.',
      remedy: 'Look at the folder; it will be tried again.',
      cause: error,
    });
  }
  return new KuvaError(meaning.failure, {
    what: `The folder failed while ${doing}: ${meaning.what} (${code ?? ''})`,
    data: 'The object stays as it is.',
    remedy: meaning.remedy,
    cause: error,
  });
}

/** Runs something on files, with its errors translated. */
export async function onFiles<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileFailure(error, doing);
  }
}

/** Undefined instead of one of the errors named. */
export async function unless<T>(codes: readonly string[], act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (error) {
    if (codes.includes(errno(error) ?? '')) return undefined;
    throw error;
  }
}

export function stopped(doing: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new KuvaError('interrupted', { what: `Stopped while ${doing}`, cause: signal.reason });
  }
}

/** The errors with which an image is refused: one function a code, with the same advice everywhere. */
import { KuvaError } from '../image/failure.ts';

const stays = 'The input stays where it is, and nothing was written.';

/** @param what one sentence without a full stop, e.g. "The JPEG is cut short" */
export function damaged(what: string, cause?: unknown): KuvaError {
  return new KuvaError('image-damaged', {
    what,
    data: stays,
    remedy: 'Open it in an image viewer; if the original is sound, upload it again.',
    cause,
  });
}

export function notAnImage(what: string): KuvaError {
  return new KuvaError('not-an-image', {
    what,
    data: stays,
    remedy: 'Upload the image itself, or take the file out of the input bucket.',
  });
}

export function unsupported(what: string, remedy: string, cause?: unknown): KuvaError {
  return new KuvaError('format-unsupported', { what, data: stays, remedy, cause });
}

export function tooLarge(what: string, setting: string): KuvaError {
  return new KuvaError('image-too-large', {
    what,
    data: stays,
    remedy: `Raise limits.${setting} in the configuration if the machine has the memory, or make the image smaller.`,
  });
}

export function impossible(what: string, remedy: string): KuvaError {
  return new KuvaError('step-impossible', { what, data: stays, remedy });
}

/** Runs a reader of a file's structure: what lies beyond the end of the bytes is a damaged image, not a fault of ours. */
export function readingStructure<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw damaged(`${what} is cut short or corrupt`, thrown);
    throw thrown;
  }
}

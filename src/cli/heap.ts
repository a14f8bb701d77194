import { setFlagsFromString } from 'node:v8';

/**
 * The bytes of images lie outside of V8's heap, but count when it decides whether to look for garbage: a heap of 30 MB was
 * walked through three times a second. It may grow to five times of what it needs before that; 30 MB more were seen.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=400');
}

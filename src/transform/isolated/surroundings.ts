import { parse } from 'node:path';
import process from 'node:process';

/**
 * What may reach a decoder of the worker's environment: where the system finds its own libraries and fonts. Nothing
 * else does: no credentials, no home, no `NODE_OPTIONS`.
 */
const passed = [
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'SystemRoot',
] as const;

export function decoderEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    // Each image is one thread's work; the others are for the reading and writing of one image at a time.
    UV_THREADPOOL_SIZE: '4',
    // glibc keeps an arena a thread, and each keeps what it once had (sharp's documentation, "Memory allocation").
    MALLOC_ARENA_MAX: '2',
  };
  for (const name of passed) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** A folder that is always there and that nobody's data lie in. */
export function decoderFolder(): string {
  return parse(process.execPath).root;
}

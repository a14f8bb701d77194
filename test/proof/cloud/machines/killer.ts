import { vi } from 'vitest';

export interface Killer {
  /** Aborted when the process would be dead: nothing that it would do afterwards is done. */
  readonly signal: AbortSignal;
  /** The request at which it came to its end; undefined: it never did. */
  readonly at: () => string | undefined;
}

/**
 * Ends everything at the first request that changes something in a cloud: `before` it is sent, or `after` it has had its
 * effect, when its answer is lost. Logging in changes nothing.
 */
export function killAtFirstChange(when: 'before' | 'after'): Killer {
  const ending = new AbortController();
  const real = globalThis.fetch;
  let at: string | undefined;
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : input.toString();
    const method = init?.method ?? 'GET';
    ending.signal.throwIfAborted();
    if (method === 'GET' || url.endsWith('/auth/tokens')) return real(input, init);
    // Another one that is sent side by side: one effect is enough for one life.
    if (at !== undefined) return ended(ending.signal);
    at = `${method} ${new URL(url).pathname}`;
    if (when === 'after') await real(input, { ...init, signal: null });
    ending.abort();
    throw new Error('the process was killed here');
  });
  return { signal: ending.signal, at: () => at };
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the process was killed meanwhile'));
    });
  });
}

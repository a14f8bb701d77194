import type { KuvaConfig } from '../config/config.ts';
import { usualPort } from '../web/listen.ts';
import type { WebPlug } from '../web/server.ts';
import type { Narrator } from './narrate/narrator.ts';

/** What this process serves over HTTP, besides refusals. */
export interface WebPlugs {
  /** Anyone may ask these; they authenticate by themselves. */
  readonly open: readonly WebPlug[];
  /** These need the token, where there is one. */
  readonly guarded: readonly WebPlug[];
  /** Beginnings of paths whose routes bound a request's body by themselves. */
  readonly longBodies?: readonly string[];
  /** Ends what would keep the server from closing. */
  readonly close?: () => Promise<void>;
}

/**
 * Serves metrics, health and what else there is while `work` lasts.
 * @param keepsGoing with `listen: auto`, only a command that keeps going is served; `shows`: and somebody should look at it
 */
export async function serveWhile<T>(
  { http }: KuvaConfig,
  plugs: WebPlugs,
  narrator: Narrator,
  keepsGoing: boolean | 'shows',
  work: () => Promise<T>,
): Promise<T> {
  const asked = http.listen !== 'auto';
  const listen =
    http.listen === 'auto'
      ? keepsGoing !== false
        ? { host: '127.0.0.1', port: usualPort }
        : 'off'
      : http.listen;
  if (listen === 'off') return work();
  // Loaded where something is served.
  const { keepServing } = await import('../web/keepServing.ts');
  const serving = await keepServing({
    listen,
    ...(http.token !== undefined && { token: http.token }),
    ...plugs,
    // Where nobody asked for it in so many words, it is not worth a line.
    onServing: (url) => {
      narrator.note(asked || keepsGoing === 'shows' ? 'info' : 'debug', greeting(plugs, url));
    },
    onRefused: ({ message, data }) => {
      narrator.note(
        asked ? 'warn' : keepsGoing === 'shows' ? 'info' : 'debug',
        `${message}. ${data ?? ''} It is tried again now and then.`,
      );
    },
    onTrouble: (error) => {
      narrator.note(
        'warn',
        `A question over HTTP failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  });
  try {
    return await work();
  } finally {
    await plugs.close?.().catch(() => undefined);
    await serving.close();
  }
}

/** What there is, and where. */
function greeting({ guarded, close }: WebPlugs, url: string): string {
  const health = `health: ${url}/metrics, /healthz, /readyz`;
  if (close === undefined) return `Metrics and ${health}`;
  return `Dashboard: ${url}/${guarded.length === 0 ? '' : ` (metrics and ${health})`}`;
}

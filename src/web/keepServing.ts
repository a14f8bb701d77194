import { toKuvaError, type KuvaError } from '../image/failure.ts';
import { startWebServer, type WebServer, type WebServerOptions } from './server.ts';

export interface Serving {
  /** Where it is served now; undefined while the address cannot be had. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

export interface KeepServingOptions extends WebServerOptions {
  /** Told once when the address cannot be had. */
  readonly onRefused?: (failure: KuvaError) => void;
  readonly onServing?: (url: string) => void;
  /** Milliseconds between two tries. */
  readonly interval?: number;
}

/**
 * Serves as soon as the address can be had: a worker that starts while the one before it is still finishing takes
 * the port over when that one is gone. What is in the way never stops the images.
 * @throws KuvaError `config-invalid` when others could reach it and there is no token
 */
export async function keepServing(options: KeepServingOptions): Promise<Serving> {
  const { interval = 5_000, onRefused, onServing } = options;
  let server: WebServer | undefined;
  let timer: NodeJS.Timeout | undefined;
  let trying: Promise<void> | undefined;
  let closed = false;
  let refused = false;

  const attempt = async (): Promise<void> => {
    try {
      const started = await startWebServer(options);
      server = started;
      onServing?.(started.url);
    } catch (thrown) {
      const failure = toKuvaError(thrown);
      // Not the port, but the configuration itself: more tries make it no better.
      if (failure.cause === undefined) throw failure;
      if (!refused) onRefused?.(failure);
      refused = true;
      if (!closed) timer = setTimeout(again, interval).unref();
    }
  };
  const again = (): void => {
    trying = attempt().catch(() => undefined);
  };

  await attempt();
  return {
    get url() {
      return server?.url;
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await trying;
      clearTimeout(timer);
      await server?.close();
    },
  };
}

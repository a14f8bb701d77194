import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';

/** An answer's head, and its body as it comes. */
export interface UpstreamAnswer {
  readonly status: number;
  /** As they came: names and values by turns. */
  readonly headers: string[];
  readonly body: IncomingMessage;
}

/** The real server. Headers go over as they came, Host included: it is part of the signature. */
export interface Upstream {
  send(
    head: { readonly method: string; readonly target: string; readonly headers: readonly string[] },
    body: AsyncIterable<Uint8Array>,
  ): Promise<UpstreamAnswer>;
  close(): void;
}

export function openUpstream(url: URL): Upstream {
  // A connection a request: one that is kept may be closed by the server at the very moment of its next use.
  const agent = new Agent({ keepAlive: false });
  return {
    send: ({ method, target, headers }, body) =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest({
          agent,
          host: url.hostname,
          port: url.port,
          method,
          path: target,
          headers: [...headers],
        });
        outgoing.setNoDelay(true);
        outgoing.on('error', reject);
        outgoing.on('response', (answer) => {
          resolve({ status: answer.statusCode ?? 502, headers: answer.rawHeaders, body: answer });
        });
        const pass = async (): Promise<void> => {
          for await (const chunk of body) {
            if (outgoing.destroyed) return;
            if (!outgoing.write(chunk)) await ready(outgoing);
          }
          outgoing.end();
        };
        pass().catch((failure: unknown) => {
          outgoing.destroy(failure instanceof Error ? failure : new Error(String(failure)));
        });
      }),
    close: () => {
      agent.destroy();
    },
  };
}

function ready(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

/**
 * A proxy on loopback that stands before a real S3 server and misbehaves as it is told. Signatures stay good: path,
 * query and all headers, Host included, go over as they came. Buckets are addressed in the path.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Fault } from './fault.ts';
import { BrokenOnPurpose, passOn } from './exchange.ts';
import { Listings } from './listings.ts';
import { readRequest, type S3Request } from './request.ts';
import { type ActiveRule, type Rule, Rules, seededRandom } from './rules.ts';
import { openUpstream } from './upstream.ts';

/** What became of one request. */
export interface LogEntry {
  readonly request: S3Request;
  readonly at: Date;
  /** What was done to it. */
  readonly fault: Fault | undefined;
  /** What the client was answered; 0: nothing, or not all. Undefined: it is under way. */
  status: number | undefined;
}

export interface FaultProxy {
  /** The endpoint to give to the program. */
  readonly url: string;
  /** Lets a fault strike from now on. */
  readonly add: (rule: Rule) => ActiveRule;
  /** Ends all faults. */
  readonly clear: () => void;
  /** Every request that came, in order. */
  readonly log: readonly LogEntry[];
  readonly close: () => Promise<void>;
}

/** @param seed decides about rules with a probability */
export async function openFaultProxy(upstreamUrl: string, seed = 1): Promise<FaultProxy> {
  const upstream = openUpstream(new URL(upstreamUrl));
  const rules = new Rules(seededRandom(seed));
  const listings = new Listings();
  const log: LogEntry[] = [];
  const server = createServer((incoming, response) => {
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    const asked = readRequest(incoming, log.length + 1);
    const fault = rules.faultFor(asked);
    const entry: LogEntry = { request: asked, at: new Date(), fault, status: undefined };
    log.push(entry);
    passOn({ asked, incoming, response, upstream, listings }, fault).then(
      (status) => {
        entry.status = status;
      },
      (failure: unknown) => {
        entry.status = 0;
        breakOff(response, failure instanceof BrokenOnPurpose);
      },
    );
  });
  // The client decides how long it keeps a connection; a close of ours would be a fault that nobody asked for.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.on('connection', (socket) => socket.setNoDelay(true));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    add: (rule) => rules.add(rule),
    clear: () => {
      rules.clear();
    },
    log,
    close: async () => {
      server.close();
      server.closeAllConnections();
      upstream.close();
      await once(server, 'close');
    },
  };
}

/** With a reset, or, where the real server broke off, with a plain end. */
function breakOff(response: ServerResponse, reset: boolean): void {
  if (reset) response.socket?.resetAndDestroy();
  else response.destroy();
}

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP line to a server that can be cut and mended, as a bad network does. */
export interface Line {
  readonly port: number;
  /** Breaks every connection and accepts no new one. */
  readonly cut: () => void;
  /** Lets nothing through any more in either direction, and tells nobody: a cable that was pulled out far away. */
  readonly silence: () => void;
  /** What was held back arrives, late. */
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

export async function openLine(host: string, port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isSilent = false;
  const pairs = new Set<readonly [Socket, Socket]>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(port, host);
    keep(far);
    const pair = [near, far] as const;
    pairs.add(pair);
    if (isSilent) holdBack(pair);
    else letThrough(pair);
    near.on('close', () => pairs.delete(pair));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    silence: () => {
      isSilent = true;
      for (const pair of pairs) holdBack(pair);
    },
    mend: () => {
      isCut = false;
      if (isSilent) for (const pair of pairs) letThrough(pair);
      isSilent = false;
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function letThrough([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far).pipe(near);
}

function holdBack([near, far]: readonly [Socket, Socket]): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.unpipe(to);
    from.pause();
  }
}

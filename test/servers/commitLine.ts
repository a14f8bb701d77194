/**
 * A line to PostgreSQL that understands as much of its protocol as it takes to cut the connection at the worst moment: just
 * before a chosen statement reaches the server, or when the server has done it and the answer is on its way.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CommitLine {
  readonly port: number;
  /** How often it has cut, by statement. */
  readonly cuts: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/**
 * @param statements a part of each one's text; each is cut off `times` times, by turns before and after its effect
 */
export async function openCommitLine(
  host: string,
  port: number,
  statements: readonly string[],
  times: number,
): Promise<CommitLine> {
  const cuts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  const server = createServer((near) => {
    const far = connect(port, host);
    keep(near);
    keep(far);
    let answerIsLost = false;
    near.on('data', (chunk: Buffer) => {
      // A statement and its values go out in one piece; its text is in it as it is.
      const text = chunk.toString('latin1');
      const statement = statements.find((part) => text.includes(part));
      const count = statement === undefined ? times : (cuts.get(statement) ?? 0);
      if (statement === undefined || count >= times) {
        far.write(chunk);
        return;
      }
      cuts.set(statement, count + 1);
      if (count % 2 === 0) {
        // The server carries it out; what it answers does not arrive.
        answerIsLost = true;
        far.write(chunk);
      } else {
        near.resetAndDestroy();
        far.destroy();
      }
    });
    far.on('data', (chunk: Buffer) => {
      if (!answerIsLost) {
        near.write(chunk);
        return;
      }
      near.resetAndDestroy();
      far.destroy();
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

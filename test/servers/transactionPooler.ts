/**
 * As much of a pooler in transaction mode as it takes to have its effect: all clients share a few sessions of the server, and
 * each keeps one only until its transaction is over. Without passwords: it speaks to the server as a user who needs none.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Pooler {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** A message of PostgreSQL's protocol, version 3: a letter, its own length in four bytes, its body. */
function* messages(buffer: Buffer): Generator<Buffer> {
  for (let at = 0; buffer.length - at >= 5; ) {
    const end = at + 1 + buffer.readInt32BE(at + 1);
    if (end > buffer.length) return;
    yield buffer.subarray(at, end);
    at = end;
  }
}

interface Session {
  readonly socket: Socket;
  owner: Socket | undefined;
}

export async function openPooler(
  place: { host: string; port: number; user: string; database: string },
  size: number,
): Promise<Pooler> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const greeting: Buffer[] = [];
  const sessions = await Promise.all(Array.from({ length: size }, openSession));

  async function openSession(): Promise<Session> {
    const socket = connect(place.port, place.host);
    sockets.add(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const words = Buffer.from(`user\0${place.user}\0database\0${place.database}\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(8 + words.length, 0);
    head.writeInt32BE(196_608, 4);
    socket.write(Buffer.concat([head, words]));
    const session: Session = { socket, owner: undefined };
    let rest: Buffer = Buffer.alloc(0);
    let ready = false;
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk]);
        for (const message of messages(rest)) {
          rest = rest.subarray(message.length);
          if (ready) session.owner?.write(message);
          else greeting.push(message);
          if (message[0] !== 0x5a) continue; // ReadyForQuery
          if (!ready) {
            ready = true;
            resolve();
          } else if (message[5] === 0x49) {
            // Idle: the transaction is over.
            session.owner = undefined;
            waiting.shift()?.();
          }
        }
      });
    });
    return session;
  }

  const sessionFor = async (client: Socket): Promise<Session> => {
    for (;;) {
      const session =
        sessions.find(({ owner }) => owner === client) ?? sessions.find(({ owner }) => owner === undefined);
      if (session !== undefined) {
        session.owner = client;
        return session;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };

  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    let greeted = false;
    let order: Promise<unknown> = Promise.resolve();
    client.on('data', (chunk: Buffer) => {
      if (!greeted) {
        greeted = true;
        // The first session's own welcome: its parameters, its key, ready.
        const end = greeting.findIndex((message) => message[0] === 0x5a);
        client.write(Buffer.concat(greeting.slice(0, end + 1)));
        return;
      }
      if (chunk[0] === 0x58) {
        client.end(); // Terminate is not for the server.
        return;
      }
      order = order.then(async () => (await sessionFor(client)).socket.write(chunk));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

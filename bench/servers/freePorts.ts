import { createServer } from 'node:net';

/** Two ports on loopback that nobody listens on. Both are held until both are known, so that they differ. */
export async function freePorts(): Promise<readonly [number, number]> {
  const servers = await Promise.all([listenAnywhere(), listenAnywhere()]);
  await Promise.all(servers.map(({ close }) => close()));
  return [servers[0].port, servers[1].port];
}

export async function freePort(): Promise<number> {
  const { port, close } = await listenAnywhere();
  await close();
  return port;
}

function listenAnywhere(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('no TCP port was given'));
        return;
      }
      resolve({
        port: address.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
          }),
      });
    });
  });
}

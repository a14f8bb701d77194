import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { z } from 'zod';
import type { Place } from './place.ts';

/** What is kept between two starts. Losing it costs nothing but the old port. */
const stateSchema = z.object({ port: z.number().int().min(1).max(65_535) });

export const loopback = '127.0.0.1';

/** The port of the last start if it is free, else any free one. */
export async function choosePort(place: Place): Promise<number> {
  const kept = await keptPort(place);
  return kept !== undefined && (await isFree(kept)) ? kept : freePort();
}

export async function keptPort(place: Place): Promise<number | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(place.state, 'utf8'))).port;
  } catch {
    return undefined;
  }
}

export async function keepPort(place: Place, port: number): Promise<void> {
  if ((await keptPort(place)) === port) return;
  const fresh = `${place.state}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify({ port })}\n`, { mode: 0o644 });
  await rename(fresh, place.state);
}

export function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: loopback, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

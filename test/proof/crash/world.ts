/** A world of its own for one case: buckets, a database, and what was put in; checked by the promise in the end. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freshBucket, setVersioning } from '../../servers/buckets.ts';
import { freshDatabase, type PostgresServer } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { type Place, readPlace } from '../promise/place.ts';
import { plainly, plainRequest } from '../promise/plainS3.ts';
import { type Put, violations } from '../promise/promise.ts';
import { isNegative, tinyPicture } from '../promise/tinyPicture.ts';
import { outputNames, type Wiring } from './wire.ts';

export type Ground = 'folder' | 's3' | 's3 with versions';

export interface Servers {
  readonly postgres: PostgresServer;
  readonly rgw: RgwServer | null;
}

export interface World {
  readonly wiring: Wiring;
  /** Puts a picture, or bytes that are none, under a key, as an owner does. */
  readonly put: (key: string, what: number | 'broken', end: Put['end']) => Promise<void>;
  /** What must become of the first upload under a key is something else now. */
  readonly expectInstead: (key: string, end: Put['end']) => void;
  readonly remove: (key: string) => Promise<void>;
  readonly violations: (underWay?: boolean) => Promise<string[]>;
  /** What lies in the place for rejected inputs. */
  readonly movedAside: () => Promise<string[]>;
  /** Inputs that are done and have no copy in the place for such. */
  readonly notArchived: () => Promise<string[]>;
  readonly drop: () => Promise<void>;
}

export async function makeWorld(
  ground: Ground,
  servers: Servers,
  { moveRejected = false, movesDone = false, chooses = false }: Arranged = {},
): Promise<World> {
  const database = await freshDatabase(servers.postgres);
  const folder = await mkdtemp(join(tmpdir(), 'kuva-crash-'));
  const places = await (ground === 'folder' ? folders(folder) : buckets(ground, servers.rgw));
  const { input, output } = places;
  const rejected = moveRejected ? places.rejected : undefined;
  const archive = movesDone ? places.archive : undefined;
  const puts: Put[] = [];
  const numbers = new Map<string, number>();
  return {
    wiring: {
      database: database.url,
      input,
      output,
      ...(rejected && { rejected }),
      ...(archive && { archive }),
      ...(chooses && { chooses }),
    },
    async put(key, what, end) {
      const bytes = what === 'broken' ? Buffer.from(`no picture: ${key}`) : await tinyPicture(what);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (what !== 'broken') numbers.set(sha256, what);
      puts.push({ key, sha256, end });
      await write(input, key, bytes, join(folder, 'beside'));
    },
    expectInstead(key, end) {
      const at = puts.findIndex((one) => one.key === key);
      const found = puts[at];
      if (found !== undefined) puts[at] = { ...found, end };
    },
    remove: (key) => remove(input, key),
    violations: (underWay = false) =>
      violations({
        puts,
        input,
        output,
        ...(rejected && { rejected }),
        databaseUrl: database.url,
        outputs: outputNames,
        isRight: (made) => isNegative(made.bytes, numbers.get(made.input.sha256) ?? -1),
        underWay,
      }),
    movedAside: async () => [...(await readPlace(places.rejected)).objects.keys()],
    async notArchived() {
      const { objects } = await readPlace(places.archive);
      const there = new Set(objects.values());
      return puts.filter(({ end, sha256 }) => end === 'done' && !there.has(sha256)).map(({ key }) => key);
    },
    async drop() {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Arranged {
  readonly moveRejected?: boolean;
  readonly movesDone?: boolean;
  readonly chooses?: boolean;
}

type Places = Readonly<Record<'input' | 'output' | 'rejected' | 'archive', Place>>;

async function folders(folder: string): Promise<Places> {
  const place = async (name: string): Promise<Place> => {
    await mkdir(join(folder, name));
    return { kind: 'folder', path: join(folder, name) };
  };
  const [input, output] = [await place('in'), await place('out')];
  return { input, output, rejected: await place('rejected'), archive: await place('archive') };
}

async function buckets(ground: Ground, server: RgwServer | null): Promise<Places> {
  if (server === null) throw new Error('no RGW');
  const place = async (name: string): Promise<Place & { readonly bucket: string }> => ({
    kind: 's3',
    server,
    bucket: await freshBucket(server, name),
  });
  const names = ['in', 'out', 'rejected', 'archive'] as const;
  const [input, output, rejected, archive] = await Promise.all(names.map(place));
  if (input === undefined || output === undefined || rejected === undefined || archive === undefined)
    throw new Error('no buckets');
  if (ground === 's3 with versions') await setVersioning(server, input.bucket, 'Enabled');
  return { input, output, rejected, archive };
}

/** As a careful owner writes: beside, then renamed; and dated back, so that the file counts as finished at once. */
async function write(place: Place, key: string, bytes: Buffer, beside: string): Promise<void> {
  if (place.kind === 's3') {
    await plainly(place.server, 'PUT', place.bucket, key, {}, bytes);
    return;
  }
  await writeFile(beside, bytes);
  const then = new Date(Date.now() - 60_000);
  await utimes(beside, then, then);
  await mkdir(dirname(join(place.path, key)), { recursive: true });
  await rename(beside, join(place.path, key));
}

async function remove(place: Place, key: string): Promise<void> {
  if (place.kind === 'folder') await rm(join(place.path, key), { force: true });
  else await plainRequest(place.server, 'DELETE', place.bucket, key);
}

/** A folder as a bucket, on a disk that is full, in the hands of others, with files that are not finished. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { makeJpeg } from '../../pictures/photos.ts';
import { freshDatabase } from '../../servers/postgres.ts';
import { sha256 } from '../../store/objects.ts';
import {
  eventually,
  type Finished,
  type RunOptions,
  type Running,
  runKuva,
  startKuva,
  temporaryFolder,
} from '../../whole/kuva.ts';
import { type Put, violations } from '../promise/promise.ts';

const run = promisify(execFile);
/** `nobody` on every Linux. */
const stranger = 65_534;
const root = process.getuid?.() === 0;

const statusSchema = z.object({
  counts: z.record(z.string(), z.number()),
  outages: z.array(
    z.object({
      resource: z.string(),
      url: z.string(),
      failure: z.object({ code: z.string() }),
      since: z.string(),
    }),
  ),
});

interface Yard {
  readonly home: string;
  readonly input: string;
  readonly output: string;
  readonly puts: Put[];
  readonly picture: (seed: number) => Promise<Buffer>;
  readonly start: () => Running;
  readonly verify: () => Promise<Finished>;
  readonly told: (resource: string, code: string) => Promise<void>;
  readonly done: (count: number) => Promise<void>;
  /** Waits until no image is queued or in work. */
  readonly settled: () => Promise<void>;
  readonly quiet: () => Promise<void>;
  readonly keepsPromise: (underWay?: boolean) => Promise<void>;
}

async function openYard(uid?: number): Promise<Yard> {
  const home = await temporaryFolder();
  const [input, output] = [join(home, 'in'), join(home, 'out')];
  const database = await freshDatabase(inject('postgres'));
  onTestFinished(() => database.drop());
  await mkdir(input);
  await mkdir(output);
  if (uid !== undefined) for (const folder of [home, input, output]) await chown(folder, uid, uid);
  await writeFile(
    join(home, 'kuva.yaml'),
    'input: file:./in\noutput: file:./out\ndatabase: env\nworker: { poll: 300ms, concurrency: 4 }\n',
  );
  const options: RunOptions = {
    cwd: home,
    env: { DATABASE_URL: database.url },
    ...(uid !== undefined && { uid }),
  };
  const status = async (): Promise<z.infer<typeof statusSchema>> =>
    statusSchema.parse(JSON.parse((await runKuva(['status', '--json'], options)).stdout));
  const puts: Put[] = [];
  return {
    home,
    input,
    output,
    puts,
    picture: async (seed) => {
      const bytes = await makeJpeg({ width: 700, height: 500, seed });
      puts.push({ key: `${seed}.jpg`, sha256: sha256(bytes), end: 'done' });
      return bytes;
    },
    start: () => startKuva(['start'], options),
    verify: () => runKuva(['verify'], options),
    told: async (resource, code) => {
      await eventually(
        async () => {
          const one = (await status()).outages.find((outage) => outage.resource === resource);
          return one?.failure.code === code && one.url === `file://${resource === 'output' ? output : input}`;
        },
        `status tells of ${resource} ${code}`,
        60_000,
      );
    },
    done: (count) =>
      eventually(async () => (await status()).counts['done'] === count, `${count} are done`, 90_000),
    settled: () =>
      eventually(async () => {
        const { queued = 0, processing = 0 } = (await status()).counts;
        return queued + processing === 0;
      }, 'no image waits or is in work'),
    quiet: () => eventually(async () => (await status()).outages.length === 0, 'no outage is told', 60_000),
    keepsPromise: async (underWay = false) => {
      const question = {
        puts,
        input: { kind: 'folder', path: input },
        output: { kind: 'folder', path: output },
        databaseUrl: database.url,
        outputs: ['image'],
        underWay,
      } as const;
      expect(await violations(question)).toEqual([]);
    },
  };
}

describe.runIf(root || process.env['KUVA_TEST_REQUIRE'] === 'all')('a folder, the test being root,', () => {
  it('on a disk that is full: inputs stay, it is told, and it goes on when there is room', async () => {
    const yard = await openYard();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', yard.output]);
    onTestFinished(async () => {
      await run('umount', ['-l', yard.output]);
    });
    const kuva = yard.start();
    await writeFile(join(yard.input, '1.jpg'), await yard.picture(1));
    await yard.done(1);
    const ballast = join(yard.output, '.ballast');
    await writeFile(ballast, Buffer.alloc(2_000_000)).catch(() => undefined);
    for (const seed of [2, 3, 4]) await writeFile(join(yard.input, `${seed}.jpg`), await yard.picture(seed));
    await yard.told('output', 'store-full');
    await rm(ballast);
    await yard.done(4);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise();
  });

  it('that an ordinary user may not write to, then may; and a file that may not be read, then may', async () => {
    const yard = await openYard(stranger);
    const kuva = yard.start();
    await kuva.says('The result appears in');
    await chmod(yard.output, 0o555);
    await writeFile(join(yard.input, '1.jpg'), await yard.picture(1));
    await yard.told('output', 'store-denied');
    await yard.keepsPromise(true);
    await chmod(yard.output, 0o755);
    await yard.done(1);
    await yard.quiet();

    await writeFile(join(yard.home, '2.jpg'), await yard.picture(2), { mode: 0o000 });
    await rename(join(yard.home, '2.jpg'), join(yard.input, '2.jpg'));
    await writeFile(join(yard.input, '3.jpg'), await yard.picture(3));
    await yard.told('reading', 'store-denied');
    await yard.done(2);
    await chmod(join(yard.input, '2.jpg'), 0o644);
    await yard.done(3);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise();
  });
});

describe('a file in a folder', () => {
  it('that is still being written, with pauses, or truncated and rewritten, is taken when it is whole', async () => {
    const yard = await openYard();
    const kuva = yard.start();
    await kuva.says('The result appears in');
    const slow = await yard.picture(1);
    const handle = await open(join(yard.input, '1.jpg'), 'w');
    for (let at = 0; at < slow.length; at += Math.ceil(slow.length / 5)) {
      await handle.write(slow.subarray(at, at + Math.ceil(slow.length / 5)));
      // Longer than a file must have been left alone for: what is taken then is found to be cut short, and left.
      await new Promise((wake) => setTimeout(wake, 700));
    }
    await handle.close();
    const rewritten = await yard.picture(2);
    await writeFile(join(yard.input, '2.jpg'), rewritten.subarray(0, 5_000));
    await new Promise((wake) => setTimeout(wake, 400));
    await writeFile(join(yard.input, '2.jpg'), rewritten);
    await writeFile(join(yard.home, '3.jpg'), await yard.picture(3));
    await rename(join(yard.home, '3.jpg'), join(yard.input, '3.jpg'));
    await eventually(
      async () => (await readdir(yard.input)).filter(isPicture).length === 0,
      'all are done',
      90_000,
    );
    await yard.settled();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise();
  });

  it('that is a link or a folder is left alone; a folder in the place of an output is not touched', async () => {
    const yard = await openYard();
    await writeFile(join(yard.home, 'private.jpg'), await makeJpeg({ width: 20, height: 20, seed: 9 }));
    await symlink(join(yard.home, 'private.jpg'), join(yard.input, 'link.jpg'));
    await mkdir(join(yard.output, 'negated_1.jpg'));
    await writeFile(join(yard.input, '1.jpg'), await yard.picture(1));
    const kuva = yard.start();
    await yard.done(1);
    await kuva.says('link.jpg was left alone');
    expect((await kuva.end()).code).toBe(0);
    expect((await readdir(yard.input)).filter(isPicture)).toEqual(['link.jpg']);
    expect(await readdir(join(yard.output, 'negated_1.jpg'))).toEqual([]);
    const verify = await yard.verify();
    expect(verify.code, verify.stdout).toBe(0);
  });
});

function isPicture(name: string): boolean {
  return name.endsWith('.jpg');
}

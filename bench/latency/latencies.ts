import { randomBytes } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeName } from '../check.ts';
import type { Closing } from '../closing.ts';
import { type Child, endOf, tail } from '../measure/child.ts';
import type { PictureSet } from '../pictures.ts';
import type { Latency } from '../result.ts';
import { prepareKuva, startOnFolders } from '../rivals/kuva.ts';
import { freePort } from '../servers/freePorts.ts';
import type { TestBed } from '../servers/testBed.ts';
import { measureLatency, type Way } from './measure.ts';

/** Milliseconds between two looks of `kuva worker` into an S3 bucket, by default. */
const poll = 2_000;
const limit = 60_000;

/** From a signed PUT to the result in the output bucket, with an idle `kuva worker` as it is by default. */
export async function latencyOnS3(
  testBed: TestBed,
  pictures: PictureSet,
  uploads: number,
  folder: string,
  closing: Closing,
): Promise<Latency> {
  const kuva = await prepareKuva(testBed, 'bench_latency', folder, closing);
  const way: Way = {
    put: (name, bytes) => testBed.input.put(name, bytes),
    hasResult: (name) => testBed.output.exists(madeName(name)),
  };
  const options = { uploads, look: 10, spread: poll, limit };
  const milliseconds = await whileRunning(kuva.start('worker'), (stopped) =>
    measureLatency(way, pictures.take(uploads + 1), options, stopped),
  );
  await testBed.output.empty();
  return { store: 's3', poll, notifications: false, milliseconds };
}

/** The same, with Ceph telling the worker of each upload. */
export async function latencyWithNotifications(
  testBed: TestBed,
  pictures: PictureSet,
  uploads: number,
  folder: string,
  closing: Closing,
): Promise<Latency> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(20).toString('hex');
  const kuva = await prepareKuva(testBed, 'bench_latency', folder, closing, {
    settings: {
      http: { listen: `127.0.0.1:${port}` },
      events: { url, secret: '${KUVA_EVENTS_SECRET}' },
    },
    env: { KUVA_EVENTS_SECRET: secret },
  });
  const way: Way = {
    put: (name, bytes) => testBed.input.put(name, bytes),
    hasResult: (name) => testBed.output.exists(madeName(name)),
  };
  await kuva.command('events', 'on');
  try {
    const milliseconds = await whileRunning(kuva.start('worker'), async (stopped) => {
      // A new topic may be silent for half a minute; uploads before its first event would measure the looking instead.
      const untilAwake = { uploads: 1, look: 10, spread: 0, limit };
      for (let at = 0; at < 40; at++) {
        const [, time = limit] = await measureLatency(
          renamed(way, `wake-${at}-`),
          pictures.take(2),
          untilAwake,
          stopped,
        );
        if (time < awake) break;
      }
      const options = { uploads, look: 5, spread: 500, limit };
      return measureLatency(way, pictures.take(uploads + 1), options, stopped);
    });
    return { store: 's3', poll, notifications: true, milliseconds };
  } finally {
    await kuva.command('events', 'off');
    await testBed.output.empty();
  }
}

/** Milliseconds in which a result can only be there because the worker was told. */
const awake = 400;

function renamed(way: Way, prefix: string): Way {
  return {
    put: (name, bytes) => way.put(prefix + name, bytes),
    hasResult: (name) => way.hasResult(prefix + name),
  };
}

/** From a file's last byte in the input folder to the result in the output folder, with an idle `kuva start`. */
export async function latencyOnFolders(
  pictures: PictureSet,
  uploads: number,
  folder: string,
  closing: Closing,
): Promise<Latency> {
  const [input, output] = [join(folder, 'data', 'input'), join(folder, 'data', 'output')];
  await mkdir(input, { recursive: true });
  const way: Way = {
    put: (name, bytes) => writeFile(join(input, name), bytes),
    hasResult: (name) =>
      access(join(output, madeName(name))).then(
        () => true,
        () => false,
      ),
  };
  const options = { uploads, look: 5, spread: 500, limit };
  const milliseconds = await whileRunning(startOnFolders(folder, closing), (stopped) =>
    measureLatency(way, pictures.take(uploads + 1), options, stopped),
  );
  return { store: 'folder', poll: undefined, notifications: false, milliseconds };
}

/** Does something while a program runs, and stops it in order. Fails at once when the program ends by itself. */
async function whileRunning<T>(child: Child, work: (stopped: Promise<never>) => Promise<T>): Promise<T> {
  const stopped = child.ended.then((outcome) => {
    throw new Error(`kuva ended with ${outcome}; it last said:\n${tail(child.output())}`);
  });
  stopped.catch(() => undefined);
  const result = await work(stopped).catch((thrown: unknown) => {
    child.signal('SIGINT');
    throw thrown;
  });
  child.signal('SIGINT');
  const outcome = await endOf(child, limit);
  if (outcome !== 0)
    throw new Error(`kuva ended with ${outcome} when it was stopped:\n${tail(child.output())}`);
  return result;
}

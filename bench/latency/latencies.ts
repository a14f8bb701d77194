import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeName } from '../check.ts';
import type { Closing } from '../closing.ts';
import { type Child, endOf, tail } from '../measure/child.ts';
import type { PictureSet } from '../pictures.ts';
import type { Latency } from '../result.ts';
import { prepareKuva, startOnFolders } from '../rivals/kuva.ts';
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
  return { store: 's3', poll, milliseconds };
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
  return { store: 'folder', poll: undefined, milliseconds };
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

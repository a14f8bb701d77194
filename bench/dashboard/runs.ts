import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { makeJpeg } from '../../test/pictures/photos.ts';
import type { Ask } from '../askChild.ts';
import { startAsked } from '../askChild.ts';
import type { Closing } from '../closing.ts';
import { startOnFolders } from '../rivals/kuva.ts';
import { freePort } from '../servers/freePorts.ts';
import type { DashboardOptions } from './options.ts';
import type { DashboardRun } from './result.ts';

const statusSchema = z.object({ counts: z.object({ done: z.number() }), records: z.number() });

/** Milliseconds between two questions how far it is: the same with and without pages. */
const look = 200;
const longest = 600_000;

/** The same pipeline without and with open pages, in turn, in one run of one kuva. */
export async function measureRuns(
  options: DashboardOptions,
  folder: string,
  closing: Closing,
  say: (line: string) => void,
): Promise<DashboardRun[]> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const steps = [{ resize: { width: 64 } }];
  const recipe = Array.from({ length: options.outputs }, (_, at) => ({
    name: `o${at}`,
    key: `${at}/{dir}{stem}{ext}`,
    steps,
  }));
  await writeFile(
    join(folder, 'kuva.yaml'),
    JSON.stringify({ recipe, http: { listen: url.slice('http://'.length) } }),
  );
  const kuva = startOnFolders(folder, closing);
  const input = join(folder, 'data', 'input');
  await mkdir(input, { recursive: true });
  const status = async (): Promise<z.infer<typeof statusSchema>> =>
    statusSchema.parse(await (await fetch(`${url}/api/v1/status`)).json());
  while ((await status().catch(() => undefined)) === undefined) {
    closing.signal.throwIfAborted();
    await sleep(look);
  }
  const { ask } = await startAsked('dashboard/pages.js', { url, pages: options.pages }, closing);
  const run = async (round: number, pages: number, images: number): Promise<DashboardRun> => {
    if (pages > 0) await ask('open');
    const before = await status();
    const begun = performance.now();
    await fill(input, `${round}-${pages}-${images}`, images);
    let now = before;
    while (now.counts.done < before.counts.done + images) {
      if (performance.now() - begun > longest) throw new Error('the pipeline stands still');
      await sleep(look);
      now = await status();
    }
    const seconds = (performance.now() - begun) / 1000;
    const told = pages > 0 ? await toldBy(ask) : 0;
    return { round, pages, images, rows: now.records - before.records, seconds, told };
  };
  // What everything needs once does not count.
  await run(0, 0, 40);
  const runs: DashboardRun[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const order = round % 2 === 1 ? [0, options.pages] : [options.pages, 0];
    for (const pages of order) {
      closing.signal.throwIfAborted();
      const made = await run(round, pages, options.images);
      runs.push(made);
      say(
        `round ${round}, ${pages} pages: ${(made.images / made.seconds).toFixed(1)} images/s, ${Math.round((made.rows / made.seconds) * 60)} rows a minute`,
      );
    }
  }
  kuva.signal('SIGINT');
  await kuva.ended;
  return runs;
}

const toldBy = async (ask: Ask): Promise<number> => z.number().parse(await ask('close'));

async function fill(input: string, name: string, images: number): Promise<void> {
  const pictures = await Promise.all(
    Array.from({ length: 8 }, (_, seed) => makeJpeg({ width: 160, height: 120, seed })),
  );
  for (let at = 0; at < images; at++)
    await writeFile(join(input, `${name}-${at}.jpg`), pictures[at % pictures.length] ?? '');
}

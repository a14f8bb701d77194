/** Open pages, without a browser: each asks for what a page asks for, as often, in a process of their own. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const setting = z
  .object({ url: z.string(), pages: z.number() })
  .parse(JSON.parse(process.env['BENCH_SETTING'] ?? ''));
const questionSchema = z.enum(['open', 'close', 'end']);
const imagesSchema = z.object({ images: z.array(z.object({ id: z.string(), state: z.string() })) });

/** Milliseconds between two looks at the plot, and two rows of pictures; and how many pictures a row has. */
const plot = 10_000;
const row = 1_500;
const columns = 6;

let told = 0;
let closing = new AbortController();
let open: Promise<unknown>[] = [];

process.on('message', (message) => {
  void answer(questionSchema.parse(message)).then((said) => process.send?.(said));
});
process.send?.('ready');

async function answer(question: z.infer<typeof questionSchema>): Promise<number> {
  if (question === 'open') {
    told = 0;
    closing = new AbortController();
    open = Array.from({ length: setting.pages }, () => page(closing.signal).catch(() => undefined));
    // Each has its stream and its first answers.
    await sleep(1_500);
  } else {
    closing.abort();
    await Promise.all(open);
    if (question === 'end') process.disconnect();
  }
  return told;
}

async function page(signal: AbortSignal): Promise<void> {
  const get = async (path: string): Promise<Response> => fetch(`${setting.url}/api/v1/${path}`, { signal });
  for (const path of ['about', 'status', 'history?span=hour', 'images?state=done&limit=72'])
    await (await get(path)).arrayBuffer();
  let latest: string[] = [];
  const often = async (milliseconds: number, work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      await sleep(milliseconds, undefined, { signal });
      await work().catch(() => undefined);
    }
  };
  const stream = async (): Promise<void> => {
    const { body } = await get('events');
    let rest = '';
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        told++;
        const data = /\nevent: images\ndata: (.*)/.exec(block)?.[1];
        if (data === undefined) continue;
        latest = imagesSchema
          .parse(JSON.parse(data))
          .images.filter(({ state }) => state === 'done')
          .map(({ id }) => id);
      }
    }
  };
  await Promise.all([
    stream(),
    often(plot, async () => {
      await (await get('history?span=hour')).arrayBuffer();
    }),
    often(row, async () => {
      for (const id of latest.slice(0, columns)) {
        await (await get(`images/${id}/preview/after`)).arrayBuffer();
        told++;
      }
    }),
  ]);
}

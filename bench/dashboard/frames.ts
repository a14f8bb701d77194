import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { hasChromium, openBrowser } from '../../test/dashboard/web/fixture/browser.ts';
import { imageLine } from '../../test/dashboard/web/fixture/lab/images.ts';
import { startFixture } from '../../test/dashboard/web/fixture/server.ts';
import type { Closing } from '../closing.ts';
import { fromRoot } from '../projectRoot.ts';
import { quantile } from '../statistics.ts';
import type { Frames } from './result.ts';

const imagesPerSecond = 200;
/** Events a second, as the server sends them. */
const eventsPerSecond = 4;

const paintSchema = z.array(z.object({ name: z.string(), startTime: z.number() }));
const metricsSchema = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) });

/** One page in a real browser, with images flowing by; undefined without Chromium. */
export async function measureFrames(seconds: number, closing: Closing): Promise<Frames | undefined> {
  if (!hasChromium()) return undefined;
  const fixture = await startFixture(fromRoot('dist/dashboard/web'));
  closing.add(fixture.close);
  const browser = await openBrowser();
  closing.add(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(fixture.url);
  await page.waitForSelector('.tile img.there', { timeout: 120_000 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const metric = async (name: string): Promise<number> =>
    metricsSchema
      .parse(await devtools.send('Performance.getMetrics'))
      .metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  const heap = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    return metric('JSHeapUsedSize');
  };
  const paints = paintSchema.parse(
    await page.evaluate(
      'performance.getEntriesByType("paint").map(({ name, startTime }) => ({ name, startTime }))',
    ),
  );
  const paint = (name: string): number => paints.find((one) => one.name === name)?.startTime ?? Number.NaN;
  let number = 100_000;
  const flow = async (time: number): Promise<void> => {
    const until = performance.now() + time * 1000;
    while (performance.now() < until) {
      const total = imagesPerSecond / eventsPerSecond;
      fixture.flow(
        Array.from({ length: 50 }, () => imageLine(number++, 0)),
        total,
      );
      await sleep(1000 / eventsPerSecond);
    }
  };
  await flow(seconds / 4);
  const first = await heap();
  const script = await metric('ScriptDuration');
  await page.evaluate(
    'frames = []; (function next(time) { frames.push(time); requestAnimationFrame(next); })(performance.now())',
  );
  const begun = performance.now();
  await flow((seconds * 3) / 4);
  const took = (performance.now() - begun) / 1000;
  const times = z.array(z.number()).parse(await page.evaluate('frames'));
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
  const scriptShare = ((await metric('ScriptDuration')) - script) / took;
  return {
    seconds,
    imagesPerSecond,
    firstPaint: paint('first-paint'),
    firstContent: paint('first-contentful-paint'),
    perSecond: gaps.length / took,
    median: quantile(gaps, 0.5),
    p99: quantile(gaps, 0.99),
    scriptShare,
    heap: [first, await heap()],
  };
}

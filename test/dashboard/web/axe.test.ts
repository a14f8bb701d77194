/** Every view, in light and dark, on a laptop and a phone: no violation of WCAG 2.2 AA that axe finds. */
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasChromium, openBrowser } from './fixture/browser.ts';
import { type FixtureServer, type Scene, startFixture } from './fixture/server.ts';

const require = createRequire(import.meta.url);
const axeFile = require.resolve('axe-core/axe.min.js');

const resultsSchema = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

interface Look {
  readonly view: string;
  readonly path: string;
  readonly shows: string;
  readonly scene?: Scene;
  readonly click?: string;
}

const looks: readonly Look[] = [
  { view: 'the belt', path: '/', shows: '.tile img.there' },
  { view: 'the belt of several pipelines', path: '/p/sem/', shows: '.pipelines', scene: 'several' },
  { view: 'the first run', path: '/', shows: '.first-run', scene: 'empty' },
  { view: 'an outage', path: '/', shows: '.trouble', scene: 'outage' },
  { view: 'the tray', path: '/', shows: '.tools .primary', click: '.tools .primary' },
  { view: 'an image', path: '/images/52308', shows: '.slider' },
  { view: 'an image that was set aside', path: '/images/90001', shows: '.reason' },
  { view: 'set aside', path: '/set-aside', shows: '.aside-row img' },
  { view: 'find', path: '/images', shows: 'tbody img' },
  { view: 'a search without a result', path: '/images?name=zzz', shows: '.nothing' },
  { view: 'the recipe', path: '/recipe', shows: '.chain' },
  { view: 'the recipe, read-only', path: '/recipe', shows: '.chain', scene: 'read-only' },
  { view: 'the login', path: '/', shows: 'input[type=password]', scene: 'login' },
  { view: 'nowhere', path: '/nowhere', shows: 'h1' },
];

describe.runIf(hasChromium())('axe finds nothing wrong', () => {
  let browser: Browser;
  let page: Page;
  let fixture: FixtureServer;
  beforeAll(async () => {
    [browser, fixture] = await Promise.all([openBrowser(), startFixture()]);
    // axe is put into the page by its driver, which the page's own policy would refuse.
    page = await browser.newPage({ bypassCSP: true, reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await browser.close();
    await fixture.close();
  });

  it.each(looks)('with $view', async ({ path, shows, scene = 'busy', click }) => {
    fixture.scene = scene;
    await page.goto(`${fixture.url}${path}`);
    await page.waitForSelector(shows);
    if (click !== undefined) await page.click(click);
    await page.addScriptTag({ path: axeFile });
    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const { violations } = resultsSchema.parse(
        await page.evaluate('axe.run(document, { resultTypes: ["violations"] })'),
      );
      expect(
        violations.map(
          ({ id, nodes }) => `${colorScheme} ${width}: ${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
        ),
      ).toEqual([]);
    }
  });
});

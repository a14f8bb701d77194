/** The page in a real Chromium, on a server that answers as the real one: keyboard, floods, cuts, what comes meanwhile. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasChromium, openBrowser } from './fixture/browser.ts';
import { asideLines, imageLine } from './fixture/lab/images.ts';
import { type FixtureServer, startFixture } from './fixture/server.ts';

/** Milliseconds: machines that are shared are slow. */
const patient = { timeout: 30_000 };

describe.runIf(hasChromium())('the page', { timeout: 180_000 }, () => {
  let browser: Browser;
  let fixture: FixtureServer;
  let page: Page;
  beforeAll(async () => {
    [browser, fixture] = await Promise.all([openBrowser(), startFixture()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });
  beforeEach(() => {
    fixture.scene = 'busy';
    fixture.cut(false);
  });
  afterAll(async () => {
    await browser.close();
    await fixture.close();
  });

  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');

  it('is used with the keyboard alone: past the top, into a view, into an image', async () => {
    await page.goto(`${fixture.url}/images`);
    await page.waitForSelector('tbody a');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Belt');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tile a');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.focus('.tile a');
    // Nobody hits a tile that moves away.
    await page.waitForSelector('text=stands still while you look');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.slider input');
    await page.goBack();
    await page.waitForSelector('.tile a');
  });

  it('shows one of several pipelines, each under an address of its own, or says which it does not show', async () => {
    fixture.scene = 'several';
    // Not until all pictures are drawn.
    const soon = { waitUntil: 'domcontentloaded' } as const;
    await page.goto(fixture.url, soon);
    await page.click('nav[aria-label="Pipelines"] >> text=plates');
    await page.waitForURL(`${fixture.url}/p/plates/`, soon);
    expect(await page.waitForSelector('[aria-current] >> text=plates').then((one) => one.textContent())).toBe(
      'plates',
    );
    await page.click('nav[aria-label="Views"] >> text=Find');
    await page.click('tbody a >> nth=0');
    await page.waitForURL(/\/p\/plates\/images\/\d+$/, soon);
    await page.waitForSelector('.slider');
    await page.reload(soon);
    await page.click('.brand');
    await page.click('nav[aria-label="Pipelines"] >> text=microscopes');
    await page.waitForURL(`${fixture.url}/`, soon);
    fixture.scene = 'one-of-several';
    await page.reload(soon);
    expect(await page.waitForSelector('.others').then((one) => one.textContent())).toMatch(
      /^One of 3 pipelines of this configuration; plates, sem are not on this page/,
    );
  });

  it('keeps a bounded number of pictures while thousands of images flow by', async () => {
    await page.goto(fixture.url);
    await page.waitForSelector('.tile');
    for (let number = 100_000; number < 105_000; number += 50) {
      const lines = Array.from({ length: 50 }, (_, at) => imageLine(number + at, 0));
      fixture.flow(lines, 50);
    }
    await page.waitForSelector('.tile a[href^="/images/10"]');
    expect(await page.locator('.tile').count()).toBeLessThanOrEqual(72);
  });

  it('offers what was set aside meanwhile, and moves nothing under the hands of who reads', async () => {
    await page.goto(`${fixture.url}/set-aside`);
    await page.waitForSelector('.aside-row');
    const [line] = asideLines();
    if (line === undefined) throw new Error('the laboratory has no broken image');
    await page.waitForSelector('.lamp.live');
    fixture.flow([{ ...line, id: '91001' }], 1);
    await page.click('text=Show 1 image set aside meanwhile');
    await expect.poll(() => page.locator('text=set aside meanwhile').count(), patient).toBe(0);
  });

  it('says that there is more than what was found, where that may be, and shows it when asked', async () => {
    await page.goto(`${fixture.url}/images?state=done&name=plankton`);
    await page.waitForSelector('tbody a');
    await page.waitForSelector('.lamp.live');
    const [aside] = asideLines();
    if (aside === undefined) throw new Error('the laboratory has no broken image');
    fixture.flow([aside], 1);
    fixture.flow([{ ...imageLine(53_000, 0), key: 'plates/other.jpg', output: 'plates/other.jpg' }], 1);
    // What does not match is no news: said before anything else is.
    expect(await page.locator('text=Show newer images').count()).toBe(0);
    fixture.flow([{ ...imageLine(53_001, 0), key: 'plankton/new.jpg' }], 1);
    await page.click('text=Show newer images');
    await expect.poll(() => page.locator('text=Show newer images').count(), patient).toBe(0);
  });

  it('tells of an outage on top of every view, and first of all beside the results', async () => {
    fixture.scene = 'outage';
    for (const path of ['/images', '/']) {
      await page.goto(`${fixture.url}${path}`, { waitUntil: 'domcontentloaded' });
      await page.waitForSelector('aside.banner >> text=over its quota', patient);
    }
    await expect.poll(() => page.locator('.rail h2').first().textContent(), patient).toBe('Connections');
    fixture.scene = 'busy';
    await page.goto(fixture.url, { waitUntil: 'domcontentloaded' });
    await expect.poll(() => page.locator('.rail h2').first().textContent(), patient).toBe('Done');
    expect(await page.locator('aside.banner').count()).toBe(0);
  });

  it('asks again for a picture that was not drawn yet', async () => {
    let asked = 0;
    const what = 'It is not drawn yet';
    await page.route('**/preview/before', async (route) => {
      asked += 1;
      if (asked > 2) await route.continue();
      else await route.fulfill({ status: 404, json: { error: { code: 'object-missing', what } } });
    });
    await page.goto(`${fixture.url}/images/52308`, { waitUntil: 'domcontentloaded' });
    await page.waitForSelector(`text=${what}`, patient);
    await page.waitForSelector('.slider input', { timeout: 60_000 });
    expect(asked).toBeGreaterThan(2);
    await page.unroute('**/preview/before');
  });

  it('moves the slider by a finger', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
    await phone.goto(`${fixture.url}/images/52308`, { waitUntil: 'domcontentloaded' });
    const box = await (await phone.waitForSelector('.slider input')).boundingBox();
    if (box === null) throw new Error('the slider has no place');
    await phone.touchscreen.tap(box.x + box.width * 0.8, box.y + box.height / 2);
    await expect
      .poll(async () => Number(await phone.inputValue('.slider input')), patient)
      .toBeGreaterThan(70);
    await phone.close();
  });

  it('says that it is cut off, keeps what it shows, and comes back by itself', async () => {
    await page.goto(fixture.url);
    await page.waitForSelector('.lamp.live');
    await page.waitForSelector('.tile');
    fixture.cut(true);
    await page.waitForSelector('text=Cut off from kuva.');
    expect(await page.locator('.tile').count()).toBeGreaterThan(0);
    fixture.cut(false);
    await page.waitForSelector('text=Connected again. What you see is up to date.');
    expect(await page.locator('.banner').count()).toBe(0);
  });
});

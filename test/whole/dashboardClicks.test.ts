/** Each button of the dashboard does what it says: clicked in a real Chromium, and looked up behind the page. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imagesSchema } from '../../src/dashboard/api/schemas/images.ts';
import { hasChromium } from '../dashboard/web/fixture/browser.ts';
import { textFile } from '../pictures/broken.ts';
import { makeJpeg, makePng } from '../pictures/photos.ts';
import { drop, look } from './browser.ts';
import { type Lab, openLab } from './dashboardLab.ts';
import { eventually } from './kuva.ts';

const size = { width: 640, height: 480 };
const broken = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'] as const;

/** When each image that is set aside was, by its key. */
async function asideTimes({ url }: Lab): Promise<Map<string, string>> {
  const answer = await fetch(`${url}/api/v1/images?state=rejected&state=failed`);
  const { images } = imagesSchema.parse(await answer.json());
  return new Map(images.map(({ key, at }) => [key, at]));
}

describe.runIf(hasChromium())('somebody who clicks on the dashboard', () => {
  it('tries again one, some, all that were set aside; filters, shares and copies what is found; switches colours and pipelines', async () => {
    const folders = ['plates/in', 'plates/out', 'sem/in', 'sem/out'];
    const settings = {
      pipelines: [
        {
          name: 'plates',
          input: 'file:plates/in',
          output: 'file:plates/out',
          recipe: { steps: ['measure', 'negate'] },
        },
        { name: 'sem', input: 'file:sem/in', output: 'file:sem/out' },
      ],
    };
    const lab = await openLab(settings, folders);
    const input = join(lab.cwd, 'plates/in');
    const { page, another, complaints, elsewhere } = await look(lab.url);
    for (const name of broken) await writeFile(join(input, name), textFile);
    await writeFile(join(input, 'good.png'), await makePng(size));
    await page.waitForSelector('.tile >> text=good.png');

    await page.click('nav >> text=Set aside');
    let before = await asideTimes(lab);
    const rows = page.locator('.aside-row');
    const complete = async (): Promise<boolean> => {
      before = await asideTimes(lab);
      return before.size === broken.length;
    };
    await eventually(complete, 'all are set aside');
    await page.reload({ waitUntil: 'domcontentloaded' });
    await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(broken.length);
    const triedAgain = async (click: () => Promise<unknown>, names: readonly string[]): Promise<void> => {
      await click();
      const what = `${names.length} ${names.length === 1 ? 'image' : 'images'} queued again`;
      await page.waitForSelector(`.said >> text=${what}`);
      const was = before;
      await eventually(async () => {
        before = await asideTimes(lab);
        return names.every((name) => before.has(name) && before.get(name) !== was.get(name));
      }, `${names.join()} are set aside once more`);
      for (const name of broken)
        if (!names.includes(name)) expect([name, before.get(name)]).toEqual([name, was.get(name)]);
      await page.reload({ waitUntil: 'domcontentloaded' });
      await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(broken.length);
    };
    await triedAgain(
      () => page.locator('.aside-row', { hasText: 'b.jpg' }).getByText('Try again').click(),
      ['b.jpg'],
    );
    await triedAgain(async () => {
      await page.check('[aria-label="Choose a.jpg"]');
      await page.check('[aria-label="Choose d.jpg"]');
      await page.waitForSelector('text=2 chosen');
      await page.click('text=Try the chosen again');
    }, ['a.jpg', 'd.jpg']);
    await triedAgain(() => page.click('text=Try all 4 again'), broken);

    await page.click('nav >> text=Find');
    await page.click('.search .chip >> text=rejected');
    await page.waitForURL(/[?&]state=rejected/);
    await page.fill('#find-since', '2020-01-01T00:00');
    await page.waitForURL(/[?&]since=2020-01-01T/);
    const found = page.locator('tbody tr');
    await expect.poll(() => found.count(), { timeout: 30_000 }).toBe(broken.length);
    const [list] = await Promise.all([page.waitForEvent('download'), page.click('text=All of these as CSV')]);
    const lines = (await readFile(await list.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',').slice(2, 4).join())).toEqual(
      expect.arrayContaining(broken.map((name) => `rejected,${name}`)),
    );
    expect(lines).toHaveLength(broken.length + 1);
    await page.fill('#find-until', '2020-01-02T00:00');
    await page.waitForSelector('text=No image matches');
    // Somebody else, to whom the address was sent, sees the same.
    const other = await another();
    await other.goto(page.url(), { waitUntil: 'domcontentloaded' });
    await other.waitForSelector('text=No image matches');
    expect(await other.inputValue('#find-until')).toBe('2020-01-02T00:00');
    await other.fill('#find-until', '');
    await expect.poll(() => other.locator('tbody tr').count(), { timeout: 30_000 }).toBe(broken.length);
    await other.close();

    await page.goto(`${lab.url}/images`, { waitUntil: 'domcontentloaded' });
    await page.fill('#find-where', 'width >');
    await page.press('#find-where', 'Enter');
    await page.waitForSelector('text=is not understood');
    await page.fill('#find-where', 'width = 640 and blur <= 1');
    await page.press('#find-where', 'Enter');
    await page.click('tbody >> text=good.png');
    await page.waitForSelector('.measured dt:has-text("sharpness")');
    await page.click('.measured .fact:has(dt:text-is("format")) a');
    await page.waitForURL(`${lab.url}/images?where=format%20%3D%20%27png%27`);
    await page.click('tbody >> text=good.png');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: lab.url });
    await page.locator('[aria-label="Copy the hash"]').first().click();
    await page.waitForSelector('.said >> text=Copied the hash');
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^[0-9a-f]{64}$/);
    expect(await page.textContent('.proof dl')).toContain(copied);

    const paper = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const colours = page.locator('.tools .icon');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await paper();
    await colours.click();
    expect(await paper()).toBe(light);
    await colours.click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.waitForSelector('[aria-label^="Colours: Dark"]');
    expect(await paper()).toBe(dark);

    await page.click('nav >> text=Belt');
    await page.click('nav[aria-label="Pipelines"] >> text=sem');
    await page.waitForURL(`${lab.url}/p/sem/`);
    await page.waitForSelector('text=Waiting for the first image');
    await drop(page, 'cell.jpg', await makeJpeg(size));
    await page.click('text=done: look at it');
    await page.waitForURL(/\/p\/sem\/images\/\d+$/);
    await page.waitForSelector('.slider');
    expect(await readdir(join(lab.cwd, 'sem/out'))).toContain('negated_cell.jpg');
    await page.click('nav >> text=Find');
    await page.waitForURL(`${lab.url}/p/sem/images`);
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 30_000 }).toBe(1);
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
  }, 240_000);
});

/** The built program, its page in a real Chromium, an embedded PostgreSQL, folders: what somebody does who looks. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { imageRowSchema, imagesSchema, recordSchema } from '../../src/dashboard/api/schemas/images.ts';
import { statusSchema } from '../../src/dashboard/api/schemas/status.ts';
import { hasChromium } from '../dashboard/web/fixture/browser.ts';
import { textFile } from '../pictures/broken.ts';
import { makeJpeg, makePng, makeTiff } from '../pictures/photos.ts';
import { openLine } from '../servers/line.ts';
import { drop, look } from './browser.ts';
import { type Lab, openLab } from './dashboardLab.ts';
import { eventually, runKuva } from './kuva.ts';

/** When the one image that was rejected was. */
async function rejectedAt({ cwd }: Lab): Promise<string | undefined> {
  const { stdout } = await runKuva(['log', '--json', '--state', 'rejected'], { cwd });
  const rowSchema = imageRowSchema.extend({ id: z.coerce.string() });
  return stdout === '' ? undefined : rowSchema.parse(JSON.parse(stdout)).settledAt;
}

const size = { width: 640, height: 480 };

describe.runIf(hasChromium())('somebody who looks at the dashboard', () => {
  it('drops an image, sees it come out, compares, retries, finds, tries a recipe, and is told of a cut', async () => {
    const lab = await openLab();
    const { page, complaints, elsewhere } = await look(lab.url);
    await page.waitForSelector('text=Waiting for the first image');

    await drop(page, 'cat.jpg', await makeJpeg(size));
    await page.click('text=done: look at it');
    await page.waitForSelector('h1:has-text("cat.jpg")');
    await page.click('.tray [aria-label="Close"]');
    // The input is gone, and still shows.
    expect(await readdir(join(lab.cwd, 'kuva-data/input'))).not.toContain('cat.jpg');
    const slider = page.locator('.slider input');
    // As all pictures, drawn where nobody else wants the processor.
    await slider.focus({ timeout: 120_000 });
    await page.keyboard.press('ArrowRight');
    expect(await slider.getAttribute('aria-valuetext')).toBe('51 percent before, 49 percent after');
    await page.waitForSelector('.histogram path.r');
    expect(await page.textContent('.phases')).toMatch(/transform/);
    const shown = await page.textContent('.proof');
    const log = await runKuva(['log', '--json'], { cwd: lab.cwd });
    // The command line tells numbers as numbers.
    const numbers = { id: z.coerce.string(), imageId: z.coerce.string() };
    const record = recordSchema.extend(numbers).strict().parse(JSON.parse(log.stdout));
    expect(shown).toContain(record.inputSha256);
    expect(shown).toContain(record.outputSha256);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('text=Download the result'),
    ]);
    expect(download.suggestedFilename()).toBe('negated_cat.jpg');

    // A text that calls itself an image, from the back door: set aside with its reason.
    await writeFile(join(lab.cwd, 'kuva-data/input/notes.jpg'), textFile);
    await page.click('nav >> text=Set aside');
    await page.waitForSelector('.aside-row >> text=notes.jpg');
    const first = await rejectedAt(lab);
    await page.click('.aside-row >> text=Try again');
    await page.waitForSelector('text=1 image queued again');
    await eventually(async () => {
      const again = await rejectedAt(lab);
      return again !== undefined && again !== first;
    }, 'it is rejected once more');

    await page.click('nav >> text=Find');
    await page.fill('#find-term', record.outputSha256);
    await page.waitForURL(`${lab.url}/images?sha256=${record.outputSha256}`);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.waitForSelector('tbody >> text=cat.jpg');
    expect(await page.locator('tbody tr').count()).toBe(1);
    const [list] = await Promise.all([page.waitForEvent('download'), page.click('text=All of these as CSV')]);
    const lines = (await readFile(await list.path(), 'utf8')).trimEnd().split('\r\n');
    expect([lines.length, lines[1]]).toEqual([2, expect.stringContaining(record.outputSha256)]);
    await page.fill('#find-term', 'no such name');
    await page.waitForSelector('text=No image matches');

    await page.click('nav >> text=Recipe');
    await page.waitForSelector('.chain >> text=negate');
    await drop(page, 'try.tif', await makeTiff({ ...size, depth: 16 }), '.try .dropzone');
    // Its decoder works only where nobody else wants the processor.
    await page.waitForSelector('.try .slider', { timeout: 120_000 });
    expect(await page.textContent('.try-result')).toContain('16 bits a channel');
    // `.kuva` is the store's own folder.
    expect((await readdir(join(lab.cwd, 'kuva-data/output'))).sort()).toEqual(['.kuva', 'negated_cat.jpg']);

    await page.click('nav >> text=Belt');
    await page.waitForSelector('.tile img.there');
    await lab.kuva.end('SIGKILL');
    await page.waitForSelector('text=Cut off from kuva.');
    await lab.start();
    await page.waitForSelector('.lamp.live');
    await writeFile(join(lab.cwd, 'kuva-data/input/after.png'), await makePng(size));
    await page.waitForSelector('.tile >> text=after.png');

    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
  }, 240_000);

  it('puts in a folder, cancels one on its way, loses the line with another, and nothing half is left', async () => {
    const lab = await openLab();
    const line = await openLine('127.0.0.1', Number(new URL(lab.url).port));
    onTestFinished(line.close);
    const { page, complaints } = await look(`http://127.0.0.1:${line.port}`);
    await page.click('.tools >> text=Put in');
    const folder = join(lab.cwd, 'plate');
    await mkdir(join(folder, 'a'), { recursive: true });
    for (const name of ['1.png', 'a/2.png'])
      await writeFile(join(folder, name), await makePng({ ...size, seed: name.length }));
    await page.setInputFiles('input[aria-label="Folder to put in"]', folder);
    await expect
      .poll(() => page.locator('.upload >> text=done: look at it').count(), { timeout: 45_000 })
      .toBe(2);
    expect(await readdir(join(lab.cwd, 'kuva-data/output/plate'))).toEqual(['a', 'negated_1.png']);

    const devtools = await page.context().newCDPSession(page);
    /** @param uploadThroughput bytes a second; -1: as fast as it goes */
    const carries = (uploadThroughput: number): Promise<unknown> =>
      devtools.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await carries(100_000);
    const large = Buffer.concat([await makeJpeg(size), Buffer.alloc(20_000_000)]);
    await writeFile(join(lab.cwd, 'large.jpg'), large);
    await page.setInputFiles('input[aria-label="Images to put in"]', join(lab.cwd, 'large.jpg'));
    /** Waits until a part of it is on its way. */
    const underWay = (): Promise<unknown> => {
      const sent = "document.querySelector('.upload progress')?.value ?? 0";
      return expect.poll(() => page.evaluate<number>(sent), { timeout: 45_000 }).toBeGreaterThan(100_000);
    };
    const nothingIsLeft = async (): Promise<void> => {
      let left: readonly string[] = [];
      // Nor in the store's own folder, where what is being written lies.
      const looked = async (): Promise<boolean> => {
        const entries = await readdir(join(lab.cwd, 'kuva-data/input'), {
          recursive: true,
          withFileTypes: true,
        });
        left = entries.map(({ name }) => name).filter((name) => /large|^t\d+$/.test(name));
        return left.length === 0;
      };
      await eventually(looked, () => `nothing of it is left, but there is ${left.join()}`);
      const { images } = imagesSchema.parse(
        await (await fetch(`${lab.url}/api/v1/images?name=large`)).json(),
      );
      expect(images).toEqual([]);
    };
    await underWay();
    await page.click('[aria-label="Cancel large.jpg"]');
    await page.waitForSelector('text=cancelled; nothing of it was stored');
    await nothingIsLeft();

    await page.setInputFiles('input[aria-label="Images to put in"]', join(lab.cwd, 'large.jpg'));
    await underWay();
    line.cut();
    await page.waitForSelector('.upload >> text=The line broke before everything was sent');
    await nothingIsLeft();
    line.mend();
    await carries(-1);
    await page.waitForSelector('.lamp.live');
    await page.click('[aria-label="Send large.jpg again"]');
    await page.waitForSelector('.upload.ended >> text=large.jpg');
    expect(complaints).toEqual([]);

    // The API and the command line speak the same.
    const status = await (await fetch(`${lab.url}/api/v1/status`)).json();
    const printed = await runKuva(['status', '--json'], { cwd: lab.cwd });
    const one = statusSchema.strict().parse(status);
    // A command has an exit code besides.
    const other = statusSchema
      .extend({ exit: z.literal(0) })
      .strict()
      .parse(JSON.parse(printed.stdout));
    const { exit, ...same } = other;
    expect(exit).toBe(0);
    const moving = { now: '', workers: [], lastPass: undefined };
    expect({ ...one, ...moving }).toEqual({ ...same, ...moving });
  }, 180_000);
});

/**
 * `npm run screenshots [-- name …]`: the pictures of the README and of docs/dashboard.md, or those that are named. With
 * KUVA_PICTURES all of them, into that folder: to be looked at after the page was changed.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { openBrowser } from '../fixture/browser.ts';
import { moment } from '../fixture/lab/moment.ts';
import { type Scene, startFixture } from '../fixture/server.ts';

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly size: readonly [number, number];
  readonly dark?: boolean;
  readonly scene?: Scene;
  readonly phone?: boolean;
  /** What must be seen before the picture is taken. */
  readonly shows: string;
  readonly click?: string;
  readonly whole?: boolean;
  /** Is it in the documentation? */
  readonly shown?: boolean;
}

const laptop = [1440, 900] as const;
const phone = [390, 844] as const;
const pictures = '.tile img.there';

const shots: readonly Shot[] = [
  { name: 'belt-light', path: '/', size: laptop, shows: pictures, shown: true },
  { name: 'belt-dark', path: '/', size: laptop, dark: true, shows: pictures },
  { name: 'belt-phone', path: '/', size: phone, phone: true, dark: true, shows: pictures },
  { name: 'belt-wall', path: '/', size: [2560, 1440], dark: true, shows: pictures },
  {
    name: 'image-dark',
    path: '/images/52308',
    size: laptop,
    dark: true,
    shows: '.slider',
    whole: true,
    shown: true,
  },
  { name: 'image-light', path: '/images/52307', size: laptop, shows: '.slider' },
  { name: 'image-phone', path: '/images/52306', size: phone, phone: true, shows: '.slider' },
  { name: 'set-aside-light', path: '/set-aside', size: laptop, shows: '.aside-row img' },
  {
    name: 'set-aside-phone',
    path: '/set-aside',
    size: phone,
    phone: true,
    dark: true,
    shows: '.aside-row img',
  },
  { name: 'find-light', path: '/images', size: laptop, shows: 'tbody img' },
  { name: 'find-phone', path: '/images', size: phone, phone: true, shows: 'tbody img' },
  { name: 'recipe-light', path: '/recipe', size: laptop, shows: '.chain' },
  { name: 'recipe-dark', path: '/recipe', size: laptop, dark: true, shows: '.chain' },
  { name: 'first-light', path: '/', size: laptop, scene: 'empty', shows: '.first-run' },
  { name: 'outage-dark', path: '/', size: laptop, dark: true, scene: 'outage', shows: '.trouble' },
  { name: 'login-light', path: '/', size: laptop, scene: 'login', shows: 'input[type=password]' },
  { name: 'put-in-light', path: '/', size: laptop, shows: '.tray', click: '.tools .primary' },
];

const place = process.env['KUVA_PICTURES'];
const folder = resolve(import.meta.dirname, '../../../../', place ?? 'docs/pictures');
const asked = process.argv.slice(2);
const wanted = ({ name, shown = false }: Shot): boolean =>
  asked.length > 0 ? asked.includes(name) : place !== undefined || shown;
await mkdir(folder, { recursive: true });
const fixture = await startFixture();
const browser = await openBrowser();
try {
  for (const shot of shots.filter(wanted)) {
    fixture.scene = shot.scene ?? 'busy';
    const [width, height] = shot.size;
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: shot.phone === true ? 2 : 1,
      colorScheme: shot.dark === true ? 'dark' : 'light',
      hasTouch: shot.phone === true,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/Helsinki',
    });
    const page = await context.newPage();
    await page.clock.install({ time: moment });
    await page.goto(`${fixture.url}${shot.path}`);
    await page.clock.runFor(2_000);
    if (shot.click !== undefined) await page.click(shot.click);
    await page.waitForSelector(shot.shows);
    for (let tries = 0; tries < 100; tries++) {
      if (await page.evaluate<boolean>('[...document.images].every((image) => image.complete)')) break;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    await page.clock.runFor(500);
    const png = await page.screenshot({ fullPage: shot.whole === true });
    const file = `${folder}/${shot.name}.webp`;
    const { size } = await sharp(png).webp({ quality: 82, effort: 6 }).toFile(file);
    console.log(`${shot.name}.webp  ${Math.round(size / 1000)} kB`);
    await context.close();
  }
} finally {
  await browser.close();
  await fixture.close();
}

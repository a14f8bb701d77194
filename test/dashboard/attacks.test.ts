/** What somebody might try on the dashboard, and what becomes of it. docs/dashboard.md has the list. */
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { errorSchema } from '../../src/dashboard/api/schemas/words.ts';
import { imagesSchema } from '../../src/dashboard/api/schemas/images.ts';
import { ask } from '../web/ask.ts';
import { keysIn } from '../pipeline/kit.ts';
import { htmlPage, textFile } from '../pictures/broken.ts';
import { makePng } from '../pictures/photos.ts';
import { type DashboardKit, openDashboardKit, own, token } from './kit.ts';

/** Milliseconds: machines that are shared are slow. */
const patient = { timeout: 30_000 };

const codeOf = (answer: { text: string }): string => errorSchema.parse(JSON.parse(answer.text)).error.code;
const all = { all: true };
const picture = await makePng({ width: 32, height: 24 });

function put(
  kit: DashboardKit,
  key: string,
  body: Uint8Array,
  headers: Record<string, string> = own(kit.url),
) {
  return ask(`${kit.url}/api/v1/uploads/${key}`, { method: 'PUT', headers, body });
}

const openWithUploads = async (readOnly = false): Promise<DashboardKit> =>
  openDashboardKit({ readOnly, uploads: 10_000 });

describe('a page of another site', () => {
  it('reads nothing by a name of its own that it points to this machine (DNS rebinding)', async () => {
    const kit = await openDashboardKit();
    for (const path of ['/', '/api/v1/about', '/api/v1/events', '/api/v1/images.csv']) {
      for (const host of ['evil.example', 'evil.example:9464', '127.0.0.1.evil.example'])
        expect((await ask(`${kit.url}${path}`, { headers: { host } })).status, `${host}${path}`).toBe(421);
    }
  });

  it('changes nothing, whatever it sends (CSRF)', async () => {
    const kit = await openDashboardKit();
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example', 'x-kuva': '1' },
      { origin: 'null', 'x-kuva': '1' },
      { origin: kit.url.replace('http:', 'https:').replace(/\d+$/, '1'), 'x-kuva': '1' },
      { 'x-kuva': '1' },
      { origin: kit.url },
      { origin: kit.url, 'x-kuva': '1', 'sec-fetch-site': 'cross-site' },
      { origin: kit.url, 'x-kuva': '1', 'sec-fetch-site': 'same-site' },
      { 'content-type': 'text/plain', 'sec-fetch-site': 'none' },
    ];
    for (const headers of foreign) {
      const answer = await kit.post('/retry', all, headers);
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect((await kit.post('/retry', all)).status).toBe(200);
  });

  it('shows none of our answers in itself', async () => {
    const kit = await openDashboardKit();
    expect((await kit.get('/status', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await kit.get('/status', { origin: 'https://evil.example' })).status).toBe(403);
    const { headers } = await kit.get('/status');
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});

describe('somebody without the token', () => {
  it('sees nothing of the images, and a cookie that no script and no other site has is all that the token gives', async () => {
    const kit = await openDashboardKit({ token });
    for (const path of ['/about', '/status', '/images', '/events', '/images.csv', '/openapi.json'])
      expect([path, (await kit.get(path)).status]).toEqual([path, 401]);
    expect((await kit.post('/retry', all)).status).toBe(401);
    const answer = await kit.post('/session', { token: token.reveal() });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^kuva_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(token.reveal());
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await kit.get('/status', session)).status).toBe(200);
    expect((await kit.post('/retry', all, { ...own(kit.url), ...session })).status).toBe(200);
    // The cookie alone changes nothing: a browser sends it by itself.
    expect((await kit.post('/retry', all, session)).status).toBe(403);
    await ask(`${kit.url}/api/v1/session`, { method: 'DELETE', headers: { ...own(kit.url), ...session } });
    expect((await kit.get('/status', session)).status).toBe(401);
  });

  it('guesses ten times a minute', async () => {
    const kit = await openDashboardKit({ token });
    for (let guess = 0; guess < 10; guess++)
      expect((await kit.post('/session', { token: `guess ${guess}` })).status).toBe(401);
    const eleventh = await kit.post('/session', { token: token.reveal() });
    expect([eleventh.status, codeOf(eleventh)]).toEqual([429, 'too-many-attempts']);
    expect(Number(eleventh.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a read-only dashboard', () => {
  it('shows, and changes nothing', async () => {
    const kit = await openWithUploads(true);
    await kit.process('notes.png', textFile);
    for (const answer of [
      await kit.post('/retry', all),
      await put(kit, 'cat.png', picture),
      await kit.post('/recipe/try', picture),
    ])
      expect([answer.status, codeOf(answer)]).toEqual([403, 'read-only']);
    expect((await kit.get('/status')).status).toBe(200);
    expect(await keysIn(kit.input)).toEqual(['notes.png']);
    expect((await kit.ledger.counts()).rejected).toBe(1);
  });
});

describe('what somebody puts in', () => {
  it('is an image or is not stored, and has a name that is one', async () => {
    const kit = await openWithUploads();
    for (const [key, body, status] of [
      ['page.png', htmlPage, 415],
      ['notes.jpg', textFile, 415],
      ['empty.png', Buffer.alloc(0), 415],
      ['large.png', Buffer.concat([picture, Buffer.alloc(20_000)]), 413],
      ['.kuva-probe-x', picture, 400],
      ['%ff%fe.png', picture, 400],
      ['a%00b.png', picture, 400],
      ['', picture, 400],
      [`${'x'.repeat(1_025)}.png`, picture, 400],
    ] as const)
      expect([key.slice(0, 20), (await put(kit, key, body)).status]).toEqual([key.slice(0, 20), status]);
    expect(await keysIn(kit.input)).toEqual([]);
    expect((await put(kit, 'scans%2Fa%20%22b%22.png', picture)).status).toBe(200);
    expect(await keysIn(kit.input)).toEqual(['scans/a "b".png']);
    expect((await put(kit, 'scans%2Fa%20%22b%22.png', picture)).status).toBe(409);
    const wrong = { ...own(kit.url), 'x-content-sha256': '0'.repeat(64) };
    expect((await put(kit, 'other.png', picture, wrong)).status).toBe(422);
    expect(await keysIn(kit.input)).toHaveLength(1);
  });

  it('leads out of the bucket by no name', async () => {
    const kit = await openWithUploads();
    for (const key of ['..%2F..%2Fescaped.png', '%2Fetc%2Fescaped.png', '..%5Cescaped.png']) {
      const { status } = await put(kit, key, picture);
      expect([key, [200, 400].includes(status)]).toEqual([key, true]);
    }
    // Whatever name it was given, it lies in the bucket.
    for (const key of await keysIn(kit.input)) expect((await kit.input.get(key)).version.key).toBe(key);
  });

  it('leaves nothing when it is cut off', async () => {
    const kit = await openWithUploads();
    await new Promise<void>((resolve) => {
      const sending = request(`${kit.url}/api/v1/uploads/cut.png`, {
        method: 'PUT',
        headers: { ...own(kit.url), 'content-length': '9000' },
      });
      sending.on('error', () => {
        resolve();
      });
      sending.write(picture, () => setTimeout(() => sending.destroy(new Error('gone')), 200));
    });
    await expect.poll(async () => (await put(kit, 'next.png', picture)).status, patient).toBe(200);
    expect(await keysIn(kit.input)).toEqual(['next.png']);
    expect(kit.troubles).toEqual([]);
  });
});

describe('an image', () => {
  it('with markup for a name is text in every answer, and its file is only ever downloaded', async () => {
    const kit = await openDashboardKit();
    const key = 'x/<img src=x onerror=alert(1)>".png';
    await kit.process(key, picture);
    const { images } = imagesSchema.parse(JSON.parse((await kit.get('/images')).text));
    const [image] = images;
    expect(image?.key).toBe(key);
    const { headers } = await kit.get('/images');
    expect(headers['content-type']).toMatch(/^application\/json/);
    const file = await kit.get(`/images/${image?.id ?? ''}/output`);
    expect(file.headers['x-content-type-options']).toBe('nosniff');
    expect(file.headers['content-disposition']).toMatch(
      /^attachment; filename="negated__img src=x onerror=alert\(1\)__.png"/,
    );
    expect(file.headers['content-security-policy']).toContain('sandbox');
  });

  it('that is a drawing is never sent as one', async () => {
    const kit = await openDashboardKit();
    const script =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
    await kit.process('script.svg', Buffer.from(script));
    const { images } = imagesSchema.parse(JSON.parse((await kit.get('/images?state=done')).text));
    for (const { id } of images) {
      const { headers } = await kit.get(`/images/${id}/output`);
      expect(headers['content-type']).not.toMatch(/svg|xml|html/);
      expect(headers['content-disposition']).toMatch(/^attachment/);
    }
  });

  it('with a formula for a name is none in a spreadsheet', async () => {
    const kit = await openDashboardKit();
    await kit.process('=HYPERLINK("http:evil.example").png', picture);
    const { text } = await kit.get('/images.csv');
    expect(text).toContain(`"'=HYPERLINK(""http:evil.example"").png"`);
  });
});

describe('a path', () => {
  it('leads to no file but those of the page', async () => {
    const kit = await openDashboardKit();
    for (const path of [
      '/assets/../../package.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets//etc/passwd',
      '/kuva.yaml',
    ])
      expect([path, (await ask(`${kit.url}${path}`)).status]).toEqual([path, 404]);
  });
});

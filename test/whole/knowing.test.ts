/** How it goes, as monitoring and schedulers ask: HTTP, logs, alerts, status, exit codes; the built program. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openReceiver } from '../alerts/receiver.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { ask } from '../web/ask.ts';
import { parseExposition } from '../web/exposition.ts';
import { eventually, runKuva, startKuva, temporaryFolder } from './kuva.ts';

const lineSchema = z.looseObject({
  event: z.string(),
  message: z.string(),
  key: z.string().optional(),
  image: z.number().optional(),
});

const linesOf = (text: string): z.infer<typeof lineSchema>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => lineSchema.parse(JSON.parse(line)));

describe('a worker that keeps going', () => {
  it('shows metrics and health, tells of what needs a person, and names each image by one id', async () => {
    const cwd = await temporaryFolder();
    const receiver = await openReceiver();
    await writeFile(
      join(cwd, 'kuva.yaml'),
      `http: { listen: 127.0.0.1:0, token: '\${TOKEN}' }\nalerts: { web_hook: { url: '\${HOOK}', secret: '\${HOOK_SECRET}' } }\n`,
    );
    const env = { TOKEN: 'planted-token-0123456789', HOOK: receiver.url, HOOK_SECRET: 'planted-hook-secret' };
    const kuva = startKuva(['start', '--json'], { cwd, env });
    await kuva.says('/metrics');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(kuva.output())?.[0] ?? '';
    const headers = { authorization: `Bearer ${env.TOKEN}` };
    expect((await ask(`${url}/healthz`)).text).toBe('{"alive":true}');
    expect((await ask(`${url}/metrics`)).status).toBe(401);
    await eventually(async () => (await ask(`${url}/readyz`)).status === 200, 'it is ready');

    await writeFile(join(cwd, 'kuva-data/input/notes.txt'), 'no picture');
    await writeFile(join(cwd, 'kuva-data/input/cat.jpg'), await makeJpeg({ width: 64, height: 64, seed: 1 }));
    await eventually(() => receiver.messages.length > 0, 'the alert comes', 60_000);
    expect(receiver.messages[0]).toMatchObject({
      alert: 'images-set-aside',
      status: 'raised',
      details: { new: 1, examples: [{ key: 'notes.txt', code: 'not-an-image' }] },
    });
    expect(receiver.headers[0]?.authorization).toBe(`Bearer ${env.HOOK_SECRET}`);
    await eventually(() => kuva.output().includes('"event":"done"'), 'the cat is done');

    const scraped = async (): Promise<Map<string, number>> => {
      const { text } = await ask(`${url}/metrics`, { headers });
      const samples = [...parseExposition(text).values()].flatMap((family) => family.samples);
      return new Map(
        samples.map(({ name, labels, value }) => [
          `${name} ${Object.values(labels).join(' ')}`.trim(),
          value,
        ]),
      );
    };
    await eventually(
      async () => (await scraped()).get('kuva_queue_images done') === 1,
      'the ledger is scraped',
    );
    const metrics = await scraped();
    expect(metrics.get('kuva_images_total done')).toBe(1);
    expect(metrics.get('kuva_images_total rejected')).toBe(1);
    expect(metrics.get('kuva_leaders')).toBe(1);
    expect(metrics.get('kuva_workers alive')).toBe(1);

    const check = await runKuva(['status', '--check'], { cwd, env });
    expect([check.code, check.stdout]).toEqual([
      3,
      expect.stringContaining('set-aside: 1 image is set aside'),
    ]);
    const status = await runKuva(['status'], { cwd, env });
    expect(status.stdout).toMatch(/last look\s+\d+ (ms|s) ago: 1 object,/);
    expect(status.stdout).toMatch(/rate\s+[\d.]+\/(s|min)/);

    const { code, stdout, stderr } = await kuva.end('SIGTERM');
    expect(code, stderr).toBe(0);
    const lines = linesOf(stdout);
    for (const key of ['cat.jpg', 'notes.txt']) {
      const ids = new Set(lines.filter((line) => line.key === key).map((line) => line.image));
      expect(ids.size, key).toBe(1);
      const found = await runKuva(['log', '--json', '--image', String([...ids][0])], { cwd, env });
      expect(found.stdout, key).toContain(`"key":"${key}"`);
      expect(found.stdout.trimEnd().split('\n')).toHaveLength(1);
    }
    for (const secret of [env.TOKEN, env.HOOK_SECRET, 'a-secret-path'])
      expect(stdout + stderr).not.toContain(secret);
    await expect(ask(`${url}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('goes on when its port is taken, and says so', async () => {
    const cwd = await temporaryFolder();
    const receiver = await openReceiver();
    await writeFile(join(cwd, 'kuva.yaml'), `http: { listen: '127.0.0.1:${new URL(receiver.url).port}' }\n`);
    const kuva = startKuva(['start'], { cwd });
    await kuva.says('another program has that port');
    await writeFile(join(cwd, 'kuva-data/input/cat.jpg'), await makeJpeg({ width: 64, height: 64, seed: 2 }));
    await kuva.says('cat.jpg → negated_cat.jpg');
    expect((await kuva.end()).code).toBe(0);
  });
});

describe('for a scheduler', () => {
  it('run and status --check end with codes that say what to do; run tells its alert before it ends', async () => {
    const cwd = await temporaryFolder();
    const told = join(cwd, 'told');
    const source = `require('fs').appendFileSync(${JSON.stringify(told)}, require('fs').readFileSync(0))`;
    const command = JSON.stringify([process.execPath, '-e', source]);
    // One at a time: some must be left when the run is killed.
    await writeFile(join(cwd, 'kuva.yaml'), `alerts: { command: ${command} }\nworker: { concurrency: 1 }\n`);
    const tested = await runKuva(['alerts', 'test'], { cwd });
    expect(tested.code, tested.stderr).toBe(0);
    expect(readFileSync(told, 'utf8')).toContain('"alert":"test"');

    const input = join(cwd, 'kuva-data/input');
    await mkdir(input, { recursive: true });
    const picture = await makeJpeg({ width: 2000, height: 1500, seed: 3 });
    for (let at = 0; at < 30; at++) await writeFile(join(input, `${at}.jpg`), picture);
    // Nothing known yet, nothing wrong.
    expect((await runKuva(['status', '--check'], { cwd })).code).toBe(0);
    const killed = startKuva(['run', '--json'], { cwd });
    await killed.says('"event":"done"');
    await killed.end('SIGKILL');
    const stalled = await runKuva(['status', '--check', '--json', '--stalled', '1ms'], { cwd });
    expect(stalled.code, stalled.stdout).toBe(4);
    expect(JSON.parse(stalled.stdout)).toMatchObject({ verdict: 'stalled', exit: 4 });

    await writeFile(join(input, 'notes.txt'), 'no picture');
    const run = await runKuva(['run'], { cwd });
    expect(run.code, run.stderr).toBe(3);
    expect(readFileSync(told, 'utf8')).toMatch(/"alert":"images-set-aside","status":"raised".*notes\.txt/);
    expect((await runKuva(['status', '--check'], { cwd })).code).toBe(3);

    await writeFile(join(cwd, 'kuva.yaml'), 'alerts: { command: [/nowhere/tell] }\n');
    const broken = await runKuva(['alerts', 'test'], { cwd });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('could not be started');
    // A hook that does not work changes nothing about the images, nor about the code.
    expect((await runKuva(['run'], { cwd })).code).toBe(0);
  });
});

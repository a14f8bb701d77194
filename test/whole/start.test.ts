/** What a newcomer does first: `npm start`, drop an image, look. On embedded parts only. */
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeJpeg, photograph } from '../pictures/photos.ts';
import { eventually, type Running, runKuva, startKuva, temporaryFolder } from './kuva.ts';

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Starts kuva on a data folder and waits until it is ready. */
async function startIn(cwd: string, data: string, uid?: number): Promise<Running> {
  const running = startKuva(['start', '--data', data], { cwd, ...(uid !== undefined && { uid }) });
  await running.says('What was done');
  return running;
}

async function dropAndWait(data: string, name: string, bytes: Uint8Array): Promise<Buffer> {
  await writeFile(join(data, 'input', name), bytes);
  const output = join(data, 'output', `negated_${name}`);
  await eventually(() => exists(output), `${output} appears`);
  await eventually(async () => !(await exists(join(data, 'input', name))), 'the input is removed');
  return readFile(output);
}

const recordSchema = z.object({ outputKey: z.string(), outputSha256: z.string() });

/** The ledger's lines as `kuva log --json` prints them. */
async function ledger(cwd: string, data: string): Promise<z.infer<typeof recordSchema>[]> {
  const { code, stdout, stderr } = await runKuva(['log', '--json', '--limit', '0', '--data', data], { cwd });
  expect(code, stderr).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => recordSchema.parse(JSON.parse(line)));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('kuva start on embedded parts', () => {
  it('tells in three lines where to drop an image, where the result appears and where the log is, and does it', async () => {
    const cwd = await temporaryFolder();
    const kuva = startKuva(['start'], { cwd });
    await kuva.says('What was done');
    const data = join(cwd, 'kuva-data');
    const lines = (await kuva.end().then(({ stdout }) => stdout)).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain(join(data, 'input'));
    expect(lines[1]).toContain(join(data, 'output'));
    expect(lines[2]).toContain('npx kuva log');
    expect(await readdir(cwd)).toEqual(['kuva-data']);
  });

  it('finds everything as it was at the second start, also after kill -9', async () => {
    const cwd = await temporaryFolder();
    const data = join(cwd, 'd');
    const first = await startIn(cwd, data);
    const cat = await dropAndWait(data, 'cat.jpg', await makeJpeg({ width: 640, height: 480, seed: 1 }));
    await first.end('SIGKILL');
    const second = await startIn(cwd, data);
    const dog = await dropAndWait(data, 'dog.jpg', await makeJpeg({ width: 640, height: 480, seed: 2 }));
    expect(await ledger(cwd, data)).toMatchObject([
      { outputKey: 'negated_dog.jpg', outputSha256: sha256(dog) },
      { outputKey: 'negated_cat.jpg', outputSha256: sha256(cat) },
    ]);
    const { code, output } = await second.end().then(({ code, stderr }) => ({ code, output: stderr }));
    expect(code, output).toBe(0);
    // The database is not left running, and is there again for a question.
    expect(await ledger(cwd, data)).toHaveLength(2);
    const verified = await runKuva(['verify', '--data', data], { cwd });
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('finishes what a kill -9 in the middle of the work has left, and logs nothing twice', async () => {
    const cwd = await temporaryFolder();
    const data = join(cwd, 'd');
    const picture = await makeJpeg({ width: 1600, height: 1200, seed: 3 });
    await mkdir(join(data, 'input'), { recursive: true });
    const names = Array.from({ length: 60 }, (_, at) => `${at}.jpg`);
    for (const name of names) await writeFile(join(data, 'input', name), picture);
    for (let round = 0; round < 3; round++) {
      const kuva = startKuva(['start', '--data', data], { cwd });
      await eventually(
        async () => (await readdir(join(data, 'output')).catch(() => [])).length > round * 12 + 3,
        'some outputs are there',
      );
      await kuva.end('SIGKILL');
    }
    const rest = await runKuva(['run', '--data', data], { cwd });
    expect(rest.code, rest.stdout + rest.stderr).toBe(0);
    expect((await readdir(join(data, 'input'))).filter((name) => !name.startsWith('.'))).toEqual([]);
    const logged = await ledger(cwd, data);
    expect(logged.map(({ outputKey }) => outputKey).sort()).toEqual(
      names.map((name) => `negated_${name}`).sort(),
    );
    const verified = await runKuva(['verify', '--data', data], { cwd });
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('sets aside what is no image, with its reason, leaves it where it is, and goes on', async () => {
    const cwd = await temporaryFolder();
    const data = join(cwd, 'd');
    const kuva = await startIn(cwd, data);
    await writeFile(join(data, 'input', 'notes.txt'), 'these are my notes');
    await dropAndWait(data, 'cat.jpg', await makeJpeg({ width: 320, height: 240, seed: 4 }));
    await kuva.says('notes.txt set aside');
    expect(await readFile(join(data, 'input', 'notes.txt'), 'utf8')).toBe('these are my notes');
    const log = await runKuva(['log', '--state', 'rejected', '--data', data], { cwd });
    expect(log.stdout).toContain('notes.txt');
    expect(log.stdout).toMatch(/text/);
  });

  it('finishes what is under way on Ctrl-C and says so; stops at once on a second one; loses nothing either way', async () => {
    const cwd = await temporaryFolder();
    const data = join(cwd, 'd');
    await mkdir(join(data, 'input'), { recursive: true });
    const picture = await makeJpeg({ width: 2400, height: 1800, seed: 7 });
    const names = Array.from({ length: 40 }, (_, at) => `${at}.jpg`);
    for (const name of names) await writeFile(join(data, 'input', name), picture);

    const gentle = startKuva(['start', '--data', data], { cwd });
    await gentle.says('✓ ');
    const { code, stderr } = await gentle.end();
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Stopping: finishing \d+ images? first/);
    expect(stderr).toContain('Stopped. Everything that was under way is finished.');
    const status = await runKuva(['status', '--json', '--data', data], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({ counts: { processing: 0 } });

    // A dozen large ones in work take a second or more.
    const large = await makeJpeg({ ...photograph, seed: 8 });
    for (let at = 0; at < 24; at++) {
      names.push(`large ${at}.jpg`);
      await writeFile(join(data, 'input', `large ${at}.jpg`), large);
    }
    const hasty = startKuva(['start', '--data', data], { cwd });
    await hasty.says('✓ large');
    hasty.child.kill('SIGINT');
    await hasty.says('Stopping');
    hasty.child.kill('SIGINT');
    expect((await hasty.finished).code).toBe(130);

    const rest = await runKuva(['run', '--data', data], { cwd });
    expect(rest.code, rest.stdout + rest.stderr).toBe(0);
    expect((await ledger(cwd, data)).map(({ outputKey }) => outputKey).sort()).toEqual(
      names.map((name) => `negated_${name}`).sort(),
    );
    expect((await runKuva(['verify', '--data', data], { cwd })).code).toBe(0);
  });

  it('answers questions while it runs, and is not stopped by whoever asks', async () => {
    const cwd = await temporaryFolder();
    const data = join(cwd, 'd');
    const kuva = await startIn(cwd, data);
    const status = await runKuva(['status', '--json', '--data', data], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({ counts: { done: 0 }, workers: [{ alive: true }] });
    await dropAndWait(data, 'cat.jpg', await makeJpeg({ width: 320, height: 240, seed: 5 }));
    const { code } = await kuva.end();
    expect(code).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)(
    'works as an ordinary user, and as root in a folder that only root may enter',
    async () => {
      const cwd = await temporaryFolder();
      await chmod(cwd, 0o755);
      const home = join(cwd, 'home');
      await mkdir(home, { mode: 0o700 });
      await chown(home, 1, 1);
      const asUser = await startIn(home, join(home, 'd'), 1);
      await asUser.end();

      await chown(home, 0, 0);
      const asRoot = await startIn(home, join(home, 'r'));
      await dropAndWait(join(home, 'r'), 'cat.jpg', await makeJpeg({ width: 320, height: 240, seed: 6 }));
      const { code } = await asRoot.end();
      expect(code).toBe(0);
    },
  );

  it('says clearly that a folder cannot be used', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'file'), '');
    const { code, stderr } = await runKuva(['start', '--data', join(cwd, 'file')], { cwd });
    expect(code).toBe(78);
    expect(stderr).toContain(join(cwd, 'file'));
    expect(stderr).not.toContain('    at ');
  });
});

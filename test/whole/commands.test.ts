/** Each command as a user types it: what it prints, what it writes, how it ends. On embedded parts. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { makeJpeg } from '../pictures/photos.ts';
import { eventually, type Finished, runKuva, startKuva, temporaryFolder } from './kuva.ts';

/** Runs a command that must go well, and returns what it printed. */
async function good(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runKuva(args, { cwd });
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

const run = (args: readonly string[], cwd: string): Promise<Finished> => runKuva(args, { cwd });

describe('the command line', () => {
  it('helps: with every command, with examples, and with what it is called', async () => {
    const cwd = await temporaryFolder();
    const help = await good(['--help'], cwd);
    for (const command of [
      'start',
      'run',
      'worker',
      'status',
      'log',
      'retry',
      'verify',
      'doctor',
      'try',
      'init',
      'config',
      'completion',
    ]) {
      expect(help).toContain(command);
      const about = await good([command, '--help'], cwd);
      expect(about).toContain(`Usage: kuva ${command}`);
      expect(about).toContain('Examples:');
    }
    expect(await good(['--version'], cwd)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('ends with 2 when it is not understood, and says what was meant', async () => {
    const cwd = await temporaryFolder();
    const typo = await run(['statsu'], cwd);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('Did you mean status?');
    expect((await run(['log', '--since', 'yesterday'], cwd)).code).toBe(2);
    expect((await run(['retry'], cwd)).code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('neither runs nor minds settings for its job queue that lie in the folder', async () => {
    const cwd = await temporaryFolder();
    const settings = "require('node:fs').writeFileSync(__dirname + '/was-run', ''); module.exports = {};";
    await writeFile(join(cwd, 'graphile-worker.config.cjs'), settings);
    await writeFile(join(cwd, '.graphile-workerrc'), '{ "schema": "elsewhere" }');
    expect(await good(['run', '--data', 'data'], cwd)).toContain('Nothing to do');
    expect(await readdir(cwd)).not.toContain('was-run');
  });

  it('ends with 78 when the configuration has mistakes, and names line, key and what was expected', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'kuva.yaml'), 'inptu: s3://a\nworker:\n  attempts: many\n');
    const { code, stderr } = await run(['status'], cwd);
    expect(code).toBe(78);
    expect(stderr).toMatch(/kuva\.yaml/);
    expect(stderr).toMatch(/line 1|:1:/);
    expect(stderr).toMatch(/did you mean .?input/i);
    expect(stderr).toMatch(/attempts/);
    const json = await run(['status', '--json'], cwd);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'config-invalid', exit: 78 } });
  });

  it('prints completion for three shells', async () => {
    const cwd = await temporaryFolder();
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(await good(['completion', shell], cwd)).toContain('doctor');
    expect((await run(['completion', 'tcsh'], cwd)).code).toBe(2);
  });
});

describe('a first set-up', () => {
  it('init --yes writes a file that config understands, and never overwrites one', async () => {
    const cwd = await temporaryFolder();
    const said = await good(
      ['init', '--yes', '--input', 'file:./in', '--output', 'file:./out', '--database', 'embedded'],
      cwd,
    );
    expect(said).toContain('kuva.yaml');
    const text = await readFile(join(cwd, 'kuva.yaml'), 'utf8');
    expect(parse(text)).toMatchObject({ input: 'file:./in', output: 'file:./out' });
    expect(await good(['config'], cwd)).toContain('kuva.yaml line');
    const again = await run(['init', '--yes'], cwd);
    expect(again.code).not.toBe(0);
    expect(await readFile(join(cwd, 'kuva.yaml'), 'utf8')).toBe(text);
  });

  it('doctor names every check, and what is wrong with its mend', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'kuva.yaml'), 'input: file:./in\noutput: file:./out\n');
    await mkdir(join(cwd, 'in'));
    const sick = await run(['doctor'], cwd);
    expect(sick.code).toBe(1);
    expect(sick.stdout).toMatch(/✓ input folder: read/);
    expect(sick.stdout).toMatch(/✗ output folder.*\n\s+→ /);
    await mkdir(join(cwd, 'out'));
    const well = z
      .object({ ok: z.boolean(), findings: z.array(z.unknown()) })
      .parse(JSON.parse(await good(['doctor', '--json'], cwd)));
    expect(well.ok).toBe(true);
    expect(well.findings.length).toBeGreaterThan(8);
    expect((await readdir(join(cwd, 'in'))).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});

describe('try', () => {
  it('writes the result beside, touches nothing else, and overwrites nothing', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'cat.jpg'), await makeJpeg({ width: 320, height: 240, seed: 1 }));
    expect(await good(['try', 'cat.jpg'], cwd)).toContain('negated_cat.jpg');
    expect((await readdir(cwd)).sort()).toEqual(['cat.jpg', 'negated_cat.jpg']);
    const again = await run(['try', 'cat.jpg'], cwd);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain('exists already');
    await good(['try', 'cat.jpg', '--force'], cwd);
    await writeFile(join(cwd, 'notes.txt'), 'no picture');
    const text = await run(['try', 'notes.txt'], cwd);
    expect(text.code).toBe(1);
    expect(text.stderr).toContain('not an image');
  });
});

describe('a day with kuva run', () => {
  it('several outputs, the log in every format, a retry after the recipe was mended', async () => {
    const cwd = await temporaryFolder();
    const config = (steps: string): string =>
      `recipe:\n  - { name: negative, key: '{dir}negated_{name}', steps: [negate] }\n  - { name: small, key: 'small/{dir}{stem}{ext}', steps: ${steps} }\n`;
    // A crop that does not fit the picture: the recipe, not the picture, is at fault.
    await writeFile(
      join(cwd, 'kuva.yaml'),
      config('[{ crop: { left: 9000, top: 0, width: 10, height: 10 } }]'),
    );
    await mkdir(join(cwd, 'kuva-data/input/deep'), { recursive: true });
    await writeFile(
      join(cwd, 'kuva-data/input/deep/cat one.jpg'),
      await makeJpeg({ width: 640, height: 480, seed: 2 }),
    );
    const aside = await run(['run'], cwd);
    expect(aside.code, aside.stderr).toBe(3);
    expect(await good(['log', '--state', 'rejected'], cwd)).toContain('cat one.jpg');

    await writeFile(
      join(cwd, 'kuva.yaml'),
      config('[{ resize: { width: 100 } }, { convert: { format: webp } }]'),
    );
    expect(await good(['retry', 'cat'], cwd)).toContain('1 image is queued again');
    expect(await good(['run'], cwd)).toContain('1 image done');
    const output = join(cwd, 'kuva-data/output');
    expect(await readdir(join(output, 'deep'))).toEqual(['negated_cat one.jpg']);
    expect(await readdir(join(output, 'small/deep'))).toEqual(['cat one.webp']);

    const table = await good(['log', 'cat'], cwd);
    expect(table.split('\n')[0]).toMatch(/when\s+state\s+input\s+output/);
    expect(table).toContain('small/deep/cat one.webp');
    const csv = (await good(['log', '--format', 'csv'], cwd)).trimEnd().split('\n');
    expect(csv).toHaveLength(3);
    expect(csv[0]).toContain('output_sha256');
    const json = (await good(['log', '--json', '*.webp'], cwd)).trimEnd().split('\n');
    expect(json.map((line): unknown => JSON.parse(line))).toMatchObject([
      { outputKey: 'small/deep/cat one.webp', outputWidth: 100, outputFormat: 'webp' },
    ]);
    expect((await run(['log', '--since', '2999-01-01'], cwd)).stderr).toContain('No image');

    await writeFile(join(output, 'stranger.jpg'), 'x');
    await writeFile(join(output, 'small/deep/cat one.webp'), 'changed by someone');
    const verify = await run(['verify'], cwd);
    expect(verify.code).toBe(1);
    expect(verify.stdout).toMatch(/cat one\.webp has other bytes/);
    expect(verify.stdout).toMatch(/stranger\.jpg lies in the output bucket/);
  });

  it('keeps both when two pictures have one name, and when something else has the name already', async () => {
    const cwd = await temporaryFolder();
    const input = join(cwd, 'kuva-data/input');
    const output = join(cwd, 'kuva-data/output');
    await mkdir(input, { recursive: true });
    await mkdir(output, { recursive: true });
    await writeFile(join(output, 'negated_b.jpg'), 'something of somebody');
    for (const seed of [1, 2]) {
      await writeFile(join(input, 'a.jpg'), await makeJpeg({ width: 64, height: 64, seed }));
      await good(['run'], cwd);
    }
    await writeFile(join(input, 'b.jpg'), await makeJpeg({ width: 64, height: 64, seed: 3 }));
    await good(['run'], cwd);
    const names = (await readdir(output)).filter((name) => !name.startsWith('.')).sort();
    expect(names).toHaveLength(4);
    expect(names).toContain('negated_a.jpg');
    expect(names.filter((name) => /^negated_[ab]~[0-9a-f]{8}\.jpg$/.test(name))).toHaveLength(2);
    expect(await readFile(join(output, 'negated_b.jpg'), 'utf8')).toBe('something of somebody');
  });

  it('moves rejected inputs aside where the config says so, and tells where', async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'aside'));
    await mkdir(join(cwd, 'kuva-data/input'), { recursive: true });
    await writeFile(join(cwd, 'kuva.yaml'), 'rejected: { move: file:./aside }\n');
    await writeFile(join(cwd, 'kuva-data/input/notes.txt'), 'no picture');
    expect((await run(['run'], cwd)).code).toBe(3);
    expect(await readFile(join(cwd, 'aside/notes.txt'), 'utf8')).toBe('no picture');
    expect((await readdir(join(cwd, 'kuva-data/input'))).filter((name) => !name.startsWith('.'))).toEqual([]);
    expect(await good(['log', '--json', '--state', 'rejected'], cwd)).toContain('aside/notes.txt');
  });

  it('follows the log as images are done, and ends cleanly on Ctrl-C', async () => {
    const cwd = await temporaryFolder();
    const kuva = startKuva(['start'], { cwd });
    await kuva.says('What was done');
    const follower = startKuva(['log', '--follow', '--format', 'csv'], { cwd });
    await follower.says('output_sha256');
    await writeFile(
      join(cwd, 'kuva-data/input/late.jpg'),
      await makeJpeg({ width: 64, height: 64, seed: 4 }),
    );
    await follower.says('negated_late.jpg');
    expect((await follower.end()).code).toBe(0);
    await eventually(() => kuva.output().includes('late.jpg → negated_late.jpg'), 'start tells of it too');
    expect((await kuva.end()).code).toBe(0);
  });
});

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as photos from '../../pictures/photos.ts';
import { isAlive } from '../../processes/descendants.ts';
import { eventually } from '../../whole/kuva.ts';
import { refusal } from '../kit.ts';
import { difference, samples } from '../samples.ts';
import { OwnFolder } from './kit.ts';

let own: OwnFolder;
let jpeg: Buffer;
let png: Buffer;

beforeAll(async () => {
  own = await OwnFolder.make();
  jpeg = await photos.makeJpeg();
  png = await photos.makePng();
});

afterAll(() => own.remove());

const scratchFolders = async () =>
  (await readdir(tmpdir())).filter(
    (name) => name.startsWith('kuva-steps-') && name.includes(`-${process.pid}-`),
  );

describe('a command', () => {
  it('gets the very bytes of the image as a file, and what it writes is the output, byte for byte', async () => {
    await own.shell('copy.sh', 'test "${1##*.}" = jpg && cp "$1" "$2"');
    const made = await own.through(jpeg, { command: ['./copy.sh', '{in}', '{out}'] });
    expect(Buffer.compare(made.bytes, jpeg)).toBe(0);
    expect(made).toMatchObject({ format: 'jpeg', how: { way: 'own' } });
  });

  it('gets it on standard input, and gives it on standard output, where no file is named', async () => {
    const made = await own.through(png, { command: ['cat'] });
    expect(Buffer.compare(made.bytes, png)).toBe(0);
  });

  it('gets what earlier steps made, without loss, and later steps go on with its result', async () => {
    await own.shell('copy.sh', 'cp "$1" "$2"');
    const steps = [
      'negate',
      { command: { run: ['./copy.sh', '{in}', '{out}'], output: 'png' } },
      'flop',
      'flop',
    ];
    const made = await own.through(png, ...steps);
    const straight = await own.through(png, 'negate');
    expect(difference(await samples(made.bytes), await samples(straight.bytes)).max).toBe(0);
    expect(made.format).toBe('png');
  });

  it('has its arguments as they are: no shell has a part in it', async () => {
    await own.shell('args.sh', 'printf "%s" "$1" > args.txt', 'printf \'{"said":"%s"}\' "$(cat args.txt)"');
    const made = await own.through(jpeg, {
      command: { run: ['./args.sh', '$(id) ; rm -rf * | `ls`'], gives: 'facts' },
    });
    expect(made.facts).toEqual({ said: '$(id) ; rm -rf * | `ls`' });
    expect(made.how).toEqual({ way: 'copy' });
  });

  it('sees of the environment what programs need and nothing else', async () => {
    process.env['KUVA_TEST_SECRET'] = 'hidden';
    await own.shell('env.sh', 'printf \'{"names":"%s"}\' "$(env | cut -d= -f1 | sort | tr "\\n" " ")"');
    const made = await own.through(jpeg, {
      command: { run: ['./env.sh'], gives: 'facts', environment: { MINE: '1' } },
    });
    delete process.env['KUVA_TEST_SECRET'];
    const names = z.string().parse(made.facts?.['names']).trim().split(' ');
    const known = ['HOME', 'LANG', 'LC_ALL', 'MINE', 'OLDPWD', 'PATH', 'PWD', 'SHLVL', 'TMPDIR', 'TZ', '_'];
    expect(names.filter((name) => !known.includes(name) && !/^(LD_|FONT)/.test(name))).toEqual([]);
    expect(names).toContain('MINE');
  });

  it('may write facts beside the image', async () => {
    await own.shell('both.sh', 'cp "$1" "$2"', 'echo \'{"label":"cat","score":0.9}\' > "$3"');
    const made = await own.through(jpeg, {
      command: { run: ['./both.sh', '{in}', '{out}', '{facts}'], as: 'model' },
    });
    expect(made.facts).toEqual({ model: { label: 'cat', score: 0.9 } });
  });

  it.each([
    [
      'fails costs an attempt',
      'echo "no such lens" >&2; exit 3',
      /^step-failed: .*exit code 3; it said: no such lens$/,
    ],
    [
      'says that the image can never be done rejects it',
      'echo bad >&2; exit 65',
      /^step-rejected: .*exit code 65/,
    ],
    ['steers the terminal is shown escaped', 'printf "\\033[2Jx\\n" >&2; exit 1', /it said: \\u\{1b\}\[2Jx$/],
    ['leaves nothing is told', 'true', /left no image in \{out\}/],
    [
      'leaves no image is told',
      'echo hello > "$2"',
      /^step-failed: .*cannot be used: the file is not an image/,
    ],
    ['cuts the image short is told', 'head -c 900 "$1" > "$2"', /cannot be used: .*(cut short|damaged)/],
    ['leaves a link gives nothing', 'ln -s /etc/passwd "$2"', /left no image/],
    ['takes too long is ended', 'sleep 60', /^transform-timeout: .*longer than 700 ms/],
    [
      'writes too much is ended',
      'dd if=/dev/zero of="$2" bs=1M count=300 2>/dev/null; sleep 20',
      /wrote more than 5 MB/,
    ],
    ['says too much is ended', 'exec yes', /wrote more than 5 MB/],
  ])('that %s', async (_title, script, message) => {
    await own.shell('bad.sh', script);
    const command = {
      run: ['./bad.sh', '{in}', '{out}'],
      time: /sleep 60/.test(script) ? '700ms' : '30s',
      size: '5 MB',
    };
    expect(await refusal(own.through(jpeg, { command }))).toMatch(message);
  });

  it.runIf(process.platform === 'linux')('that takes too much memory is ended', async () => {
    const hog = 'x = bytearray(300_000_000); import time; time.sleep(30)';
    const command = { run: ['/usr/bin/python3', '-c', hog], memory: '100 MB' };
    expect(await refusal(own.through(jpeg, { command }))).toMatch(
      /^step-failed: .*of memory, and 100 MB is the limit/,
    );
  });

  it('is ended with all that it started, and its folder is removed', async () => {
    await own.shell('leaves.sh', 'sleep 300 >/dev/null 2>&1 &', 'echo $! >&2', 'pwd >&2', 'exit 9');
    const told = await refusal(own.through(jpeg, { command: ['./leaves.sh', '{in}', '{out}'] }));
    const [, pid = '', folder = ''] = /it said: (\d+) \| (.*)$/.exec(told) ?? [];
    expect(Number(pid)).toBeGreaterThan(1);
    await eventually(() => !isAlive(Number(pid)), 'what it started is gone');
    expect(folder).toContain('kuva-steps-');
    expect(existsSync(folder)).toBe(false);
    expect(await scratchFolders()).toEqual([]);
  });

  it('must give the format that the name says', async () => {
    const command = ['/usr/bin/env', 'cat', '{in}'];
    expect(await refusal(own.through(png, 'negate', { command: { run: command, input: 'tiff' } }))).toMatch(
      /it is tiff, and png is expected: say `output: tiff`/,
    );
  });

  it('that is edited while kuva runs is not run: its digest stands in the recipe', async () => {
    await own.shell('edited.sh', 'cp "$1" "$2"');
    const { loadOwnSteps } = await import('../../../src/transform/own/load.ts');
    const { createTransformer } = await import('../../../src/transform/transformer.ts');
    const { limits, recipeOf } = await import('../kit.ts');
    const { recipe, tools } = await loadOwnSteps(
      recipeOf({ command: ['sh', '{here}/edited.sh', '{in}', '{out}'] }),
      own.path,
    );
    const transformer = createTransformer(limits, tools === undefined ? {} : { tools });
    const facts = await transformer.inspect(jpeg);
    expect(await refusal(transformer.apply(jpeg, facts, recipe))).toBe('accepted');
    await own.shell('edited.sh', 'cp "$1" "$2" # other');
    expect(await refusal(transformer.apply(jpeg, facts, recipe))).toMatch(
      /^step-unavailable: .*not what it was/,
    );
  });

  it.each([
    ['is not there', ['no-such-program-anywhere'], /^config-invalid: .*not on the search path/],
    ['is no program', ['./notes.txt'], /^config-invalid: .*may not be run/],
    ['names a script that is not there', ['sh', '{here}/gone.sh'], /^config-invalid: .*cannot be read/],
  ])('that %s is told before any image is touched', async (_title, run, message) => {
    expect(await refusal(own.through(jpeg, { command: run }))).toMatch(message);
  });
});

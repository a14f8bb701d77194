/** `kuva cloud …` as a user types it, where no cloud answers: what is refused before anybody is asked. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKuva, temporaryFolder } from './kuva.ts';

async function kuva(text: string, ...args: readonly string[]) {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'kuva.yaml'), text);
  const finished = await runKuva(args, { cwd });
  return { ...finished, left: await readdir(cwd) };
}

describe('kuva cloud', () => {
  it('asks which one of several pipelines is meant', async () => {
    const pipelines = ['cats', 'dogs'].map(
      (name) => `  - { name: ${name}, input: s3://${name}, output: s3://${name}-out }`,
    );
    const { code, stderr, left } = await kuva(
      `pipelines:\n${pipelines.join('\n')}\n`,
      'cloud',
      'up',
      '--yes',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('--pipeline cats or --pipeline dogs');
    expect(left).toEqual(['kuva.yaml']);
  });

  it('says where logins come from when there is none', async () => {
    const { code, stderr, left } = await kuva('input: s3://aaa\noutput: s3://bbb\n', 'cloud', 'plan');
    expect(code).toBe(78);
    expect(stderr).toContain('clouds.yaml');
    expect(left).toEqual(['kuva.yaml']);
  });

  it('says which place no machine could reach', async () => {
    const { code, stderr } = await kuva('output: s3://bbb\n', 'cloud', 'plan', '--json');
    expect(code).toBe(78);
    expect(stderr).toContain('which machines in a cloud cannot reach');
  });
});

import { describe, expect, it } from 'vitest';
import { stackFor } from '../../../src/cli/cloud/stack.ts';
import { inspectConfig } from '../../../src/config/load.ts';
import { makeAround } from '../../config/around.ts';

const places = 'input: s3://in_bucket\noutput: s3://out\n';

function load(text: string, pipeline?: string) {
  const around = makeAround({ SECRET: 'secret' });
  around.write('kuva.yaml', text);
  return inspectConfig({ around, ...(pipeline !== undefined && { pipeline }) });
}

const stackOfText = (text: string) => stackFor(load(text).value, {});

describe('what is wanted in the clouds', () => {
  it('has every bucket that a worker needs, once', () => {
    const { buckets } = stackOfText(
      `${places}rejected: { move: 's3://bad' }\ndone: { move: 's3://archive' }\n`,
    );
    expect(buckets).toEqual(['in_bucket', 'out', 'bad', 'archive']);
  });

  it.each([
    ['input', 'output: s3://out'],
    ['output', 'input: s3://in_bucket'],
    ['done: move', `${places}done: { move: 'file:./archive' }`],
  ])('is refused with a folder as %s: no machine could reach it', (setting, text) => {
    expect(() => stackOfText(text)).toThrow(`\`${setting}\` is the folder`);
  });

  it('is refused with buckets on several servers', () => {
    const server = (name: string): string =>
      `{ endpoint: 'https://${name}.example', access_key_id: key, secret_access_key: '\${SECRET}' }`;
    const text = `input: s3://in_bucket\noutput: { url: s3://out, s3: ${server('other')} }\ns3: ${server('one')}\n`;
    expect(() => stackOfText(text)).toThrow('several servers');
  });

  it.each([
    ['another step', 'recipe: { steps: [negate, grayscale] }'],
    ['a rule', 'choose: [{ name: large, when: { key: "*.tif" }, recipe: skip }]'],
    ['a pattern', 'exclude: ["*.txt"]'],
    ['what becomes of inputs', 'done: keep'],
    ['who is told', 'alerts: { web_hook: { url: https://alerts.example } }'],
  ])('is another one, and installed anew, with %s', (_what, more) => {
    const { revision } = stackOfText(places);
    expect(stackOfText(places).revision).toBe(revision);
    expect(stackOfText(`${places}${more}\n`).revision).not.toBe(revision);
  });

  it('is about the named one of several pipelines, with names of its own', () => {
    const text = `s3: { endpoint: https://a3s.fi }
cloud: { clouds: { compute: cpouta } }
pipelines:
  - { name: cats, input: s3://cats, output: s3://cats-out }
  - { name: dogs, input: s3://dogs, output: s3://dogs-out, cloud: { compute: { name: dog_vm } } }
`;
    const { value, form } = load(text, 'dogs');
    const { pipeline, buckets, workers } = stackFor(value, {});
    expect({ pipeline, buckets, workers }).toEqual({
      pipeline: 'dogs',
      buckets: ['dogs', 'dogs-out'],
      workers: [{ number: 1, name: 'dog_vm' }],
    });
    // What the machine gets is about this pipeline alone.
    expect(form).toMatchObject({ pipeline: 'dogs', input: 's3://dogs' });
    expect(form).not.toHaveProperty('pipelines');
    expect(stackFor(load(text, 'cats').value, {}).workers).toEqual([{ number: 1, name: 'pipeline_vm' }]);
  });
});

/** Reading back what the ledger says, on real folders and a real PostgreSQL. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/pipeline/clock.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { type Finding, verify } from '../../src/pipeline/verify.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { type Kit, openKit } from './kit.ts';

const never = new AbortController().signal;

async function process(
  kit: Kit,
  name: string,
  seed: number,
  output: ObjectStore = kit.output,
): Promise<void> {
  await kit.put(kit.input, name, await makeJpeg({ width: 64, height: 48, seed }));
  await processImage({ ...kit.parts, output }, await kit.queue(name), never);
}

async function findings(kit: Kit, name?: string): Promise<Finding[]> {
  const found: Finding[] = [];
  const { ledger, output } = kit;
  await verify({
    ledger,
    output,
    concurrency: 2,
    clock: systemClock,
    signal: never,
    onFinding: (finding) => found.push(finding),
    ...(name !== undefined && { name }),
  });
  return found;
}

describe('verify', () => {
  it('tells proven, changed and missing outputs and strangers apart', async () => {
    const kit = await openKit();
    for (const [seed, name] of ['a.jpg', 'b.jpg', 'c.jpg'].entries()) await process(kit, name, seed);
    for await (const { objects } of kit.output.list()) {
      for (const object of objects) if (object.key === 'negated_b.jpg') await kit.output.delete(object);
    }
    for await (const { objects } of kit.output.list()) {
      for (const object of objects) if (object.key === 'negated_c.jpg') await kit.output.delete(object);
    }
    await kit.put(kit.output, 'negated_c.jpg', Buffer.from('something else'));
    await kit.put(kit.output, 'stranger.jpg', Buffer.from('x'));
    const found = await findings(kit);
    const kinds = found.map((finding) => [
      finding.kind,
      'key' in finding ? finding.key : finding.record.outputKey,
    ]);
    expect(kinds.sort()).toEqual([
      ['different', 'negated_c.jpg'],
      ['missing', 'negated_b.jpg'],
      ['orphan', 'stranger.jpg'],
      ['proven', 'negated_a.jpg'],
    ]);
    expect((await findings(kit, 'a.jpg')).map(({ kind }) => kind)).toEqual(['proven']);
  });

  it('takes no output for a stranger that a worker has just written and not yet recorded', async () => {
    const kit = await openKit();
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    // The worker's answer to its PUT is held back, as if the network were slow.
    const slow: ObjectStore = {
      ...kit.output,
      put: async (key, body, options) => {
        const version = await kit.output.put(key, body, options);
        written();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return version;
      },
    };
    const working = process(kit, 'cat.jpg', 5, slow);
    await isWritten;
    const found = await findings(kit);
    await working;
    expect(found.filter(({ kind }) => kind === 'orphan')).toEqual([]);
    expect((await findings(kit)).map(({ kind }) => kind)).toEqual(['proven']);
  });
});

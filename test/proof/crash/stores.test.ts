/** kill -9 within one write: an object that is replaced in a folder, and an upload in parts. Readers see the old one or the new one. */
import { createHash } from 'node:crypto';
import { describe, inject, it } from 'vitest';
import { crashPoints } from '../../../src/image/crashPoint.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import { startChild } from '../../processes/child.ts';
import { readPlace } from '../promise/place.ts';
import { arrangements } from './case.ts';
import { newBody, oldBody, openOne, replacedKey } from './oneStore.ts';
import { makeWorld } from './world.ts';

const servers = { postgres: inject('postgres'), rgw: inject('rgw') };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const points = crashPoints.filter(
  ({ name, store }) => arrangements[name].storeOnly === true && (store === 'folder' || servers.rgw !== null),
);

describe.concurrent.each(points)('killed when $name', ({ name, store, text }) => {
  it(`leaves the old object or the whole new one, and nothing once it was done again: ${text}`, async ({
    expect,
    onTestFinished,
  }) => {
    const world = await makeWorld(store === 'folder' ? 'folder' : 's3', servers);
    onTestFinished(() => world.drop());
    const { output } = world.wiring;
    const key = parseObjectKey(replacedKey);
    const put = async (body: Uint8Array): Promise<void> => {
      const one = await openOne(output);
      await one.put(key, body, { contentType: 'image/png', sha256: sha256(body) });
      await one.close();
    };
    await put(oldBody);

    const child = startChild(new URL('storeWorker.ts', import.meta.url), [name], {
      env: { KUVA_TEST_WIRING: JSON.stringify(world.wiring) },
    });
    expect((await child.ended).signal, child.lines.join('\n')).toBe('SIGKILL');
    const after = await readPlace(output);
    const isNew = name === 's3.upload-completed' || name === 'folder.file-replaced';
    expect([...after.objects]).toEqual([[replacedKey, sha256(isNew ? newBody : oldBody)]]);

    await put(newBody);
    expect(await readPlace(output)).toEqual({
      objects: new Map([[replacedKey, sha256(newBody)]]),
      hidden: [],
    });
  });
});

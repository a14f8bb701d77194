/**
 * The list of crash points is whole: between any two effects on an image's way lies a point of it, and each point is
 * passed by some way. So an effect that is new to the program, and that the matrix does not know, fails here.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, vi } from 'vitest';
import { crashPoints } from '../../../src/image/crashPoint.ts';
import { KuvaError } from '../../../src/image/failure.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import type { PipelineParts } from '../../../src/pipeline/parts.ts';
import { startDoomed } from './kill.ts';
import { newBody, openOne } from './oneStore.ts';
import { trace } from './trace.ts';
import { inTracedWorld, key, traceWay, type Way } from './tracedWay.ts';

vi.mock('node:fs/promises', async (original) => {
  const { tracedFiles } = await import('./tracedFiles.ts');
  return tracedFiles(await original());
});

const servers = { postgres: inject('postgres'), rgw: inject('rgw') };
const grounds =
  servers.rgw === null ? (['folder'] as const) : (['folder', 's3', 's3 with versions'] as const);

const passed = new Set<string>();
function checked(): void {
  for (const point of trace.points()) passed.add(point);
  expect(trace.effects().length).toBeGreaterThan(1);
  expect(trace.gaps()).toEqual([]);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const firstOutput = (parts: PipelineParts): PipelineParts => ({
  ...parts,
  recipe: { ...parts.recipe, outputs: parts.recipe.outputs.slice(0, 1) },
});

const ways: readonly (Way & { readonly name: string })[] = [
  { name: 'one output', image: 1, state: 'done', alter: firstOutput },
  { name: 'two outputs', image: 1, state: 'done' },
  {
    name: 'an output that replaces another object',
    image: 1,
    state: 'done',
    before: async (_world, { parts }) => {
      const other = Buffer.from('somebody else’s');
      const options = { contentType: 'image/png', sha256: sha256(other) };
      await parts.output.put(parseObjectKey('b/negated_cat.png'), other, options);
    },
    alter: (parts) => ({ ...parts, conflict: 'replace' }),
  },
  { name: 'a recipe that its header chose', image: 1, chooses: true, state: 'done' },
  { name: 'an input that is moved when it is done', image: 1, movesDone: true, state: 'done' },
  { name: 'rejected', image: 'broken', state: 'rejected' },
  { name: 'rejected and moved aside', image: 'broken', moveRejected: true, state: 'rejected' },
  {
    name: 'superseded',
    image: 1,
    state: 'superseded',
    meanwhile: async (point, world) => {
      if (point === 'begun') await trace.unseen(() => world.remove(key));
    },
  },
  { name: 'a second attempt', image: 1, state: 'done', jobs: 2, alter: failingOnce },
];

function failingOnce(parts: PipelineParts): PipelineParts {
  let tries = 0;
  const { transformer } = parts;
  return {
    ...parts,
    transformer: {
      ...transformer,
      apply: (...args) => {
        if (tries++ > 0) return transformer.apply(...args);
        throw new KuvaError('transform-crashed', { what: 'It fails once' });
      },
    },
  };
}

describe.each(grounds)('on %s', (ground) => {
  it.each(ways)('between two effects of an image with $name lies a crash point', async (way) => {
    await traceWay(ground, servers, way);
    checked();
  });

  it('the check sees an effect of the ledger, or of a store, that has no point', async () => {
    await traceWay(ground, servers, { image: 1, state: 'done', alter: withMoreEffects });
    const stored = ground === 'folder' ? '.new → writeFile new' : 'put b/negated_cat.png → put ';
    expect(trace.gaps().join('\n')).toContain(stored);
    expect(trace.gaps()).toContain('kuva.commit_image → kuva.commit_image');
  });
});

/** Commits twice, and puts something beside each output: what a careless change could do. */
function withMoreEffects(parts: PipelineParts): PipelineParts {
  const { ledger, output } = parts;
  return {
    ...parts,
    ledger: {
      ...ledger,
      commit: async (...args) => {
        await ledger.commit(...args);
        return ledger.commit(...args);
      },
    },
    output: {
      ...output,
      put: async (at, body, options) => {
        const version = await output.put(at, body, options);
        if (output.url.startsWith('file:')) {
          await mkdir(join(output.bucket, `${at}.new`), { recursive: true });
          await writeFile(join(output.bucket, `${at}.new`, 'new'), '');
        } else await output.put(parseObjectKey(`${at}.new`), body, options);
        return version;
      },
    },
  };
}

describe('in a folder', () => {
  it('between two effects of an input that was replaced while it was taken aside lies a crash point', async () => {
    await traceWay('folder', servers, {
      image: 1,
      state: 'done',
      meanwhile: async (point, world) => {
        if (point === 'folder.unchanged') await trace.unseen(() => world.put(key, 2, 'done'));
      },
    });
    checked();
  });

  it.each([
    'folder.taken-aside',
    'folder.file-written',
  ] as const)('between two effects of the one who mends after a kill at %s lies a crash point', async (point) => {
    await inTracedWorld('folder', servers, {}, async (world, { parts }) => {
      await trace.unseen(async () => {
        await world.put(key, 1, 'done');
        expect(await startDoomed(world.wiring, point).died).toBe(true);
      });
      for (const store of [parts.input, parts.output])
        for await (const page of store.list()) expect(page.unusable).toEqual([]);
    });
    checked();
  });
});

describe.runIf(servers.rgw !== null)('on s3', () => {
  it('between two requests of an upload in parts lies a crash point', async () => {
    await inTracedWorld('s3', servers, {}, async (_world, _wired, { output }) => {
      const store = await openOne(output, (point) => {
        trace.point(point);
        return Promise.resolve();
      });
      await store.put(parseObjectKey('large.png'), newBody, {
        contentType: 'image/png',
        sha256: sha256(newBody),
      });
      await store.close();
    });
    expect(trace.effects()).toEqual([
      'create-upload large.png',
      'put-part large.png',
      'put-part large.png',
      'put-part large.png',
      'complete-upload large.png',
    ]);
    checked();
  });
});

describe('all these ways', () => {
  it('pass each point of the list', () => {
    const here = crashPoints.filter(({ store }) => store !== 's3' || servers.rgw !== null);
    expect(here.map(({ name }) => name).filter((name) => !passed.has(name))).toEqual([]);
  });
});

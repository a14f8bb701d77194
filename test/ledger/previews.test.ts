/** Previews in a real PostgreSQL: kept for all who look, and never more of them than the bounds say. */
import { inject, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { KeptPreview } from '../../src/image/preview.ts';
import type { PreviewBounds, PreviewStore } from '../../src/ledger/contract/previews.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { openPreviewStore } from '../../src/ledger/previews.ts';
import { queryOne } from '../../src/ledger/sql.ts';
import { freshDatabase } from '../servers/postgres.ts';

const plenty: PreviewBounds = { keep: 1_000, bytes: 1e9 };
const grey = Array.from({ length: 256 }, (_, value) => value * 3);

const preview = (mark: number, size = 100): KeptPreview => ({
  bytes: Buffer.alloc(size, mark),
  width: 4,
  height: 3,
  histogram: { grey },
  sourceSha256: String(mark).padStart(64, '0'),
});

async function openPlace(): Promise<{
  pool: LedgerPool;
  open: (bounds?: PreviewBounds, pipeline?: string) => PreviewStore;
}> {
  const database = await freshDatabase(inject('postgres'));
  const pool = openPool(database.connection);
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  await migrate(pool);
  return { pool, open: (bounds = plenty, pipeline = 'images') => openPreviewStore(pool, pipeline, bounds) };
}

const rowsOf = (pool: LedgerPool): Promise<{ images: number; rows: number; bytes: number }> =>
  queryOne(
    pool,
    z.object({ images: z.number(), rows: z.number(), bytes: z.number() }),
    'select count(distinct image_id)::int as images, count(*)::int as rows, coalesce(sum(size), 0)::int as bytes from kuva.previews',
  );

describe('a preview', () => {
  it('is given back as it was put, by side, and another one takes its place', async () => {
    const { open } = await openPlace();
    const store = open();
    expect(await store.get(1n, 'before')).toBeUndefined();
    await store.put(1n, 'before', preview(1));
    await store.put(1n, 'after', { ...preview(2), histogram: { r: grey, g: grey, b: grey } });
    expect(await store.get(1n, 'before')).toEqual(preview(1));
    expect(await store.get(1n, 'after')).toEqual({ ...preview(2), histogram: { r: grey, g: grey, b: grey } });
    await store.put(1n, 'before', preview(3));
    expect(await store.get(1n, 'before')).toEqual(preview(3));
    expect(await store.get(2n, 'before')).toBeUndefined();
  });

  it('of one pipeline is not seen, counted or removed by another', async () => {
    const { open } = await openPlace();
    const [one, other] = [open({ ...plenty, keep: 1 }), open({ ...plenty, keep: 1 }, 'others')];
    await one.put(1n, 'before', preview(1));
    await other.put(2n, 'before', preview(2));
    expect(await one.get(1n, 'before')).toEqual(preview(1));
    expect(await other.get(1n, 'before')).toBeUndefined();
  });
});

describe('the previews of a pipeline', () => {
  it('are those of the newest images, so many as are to be kept, both sides of each', async () => {
    const { pool, open } = await openPlace();
    const store = open({ ...plenty, keep: 50 });
    for (let image = 1; image <= 200; image++) {
      await store.put(BigInt(image), 'before', preview(image % 256));
      await store.put(BigInt(image), 'after', preview(image % 256));
    }
    expect(await rowsOf(pool)).toMatchObject({ images: 50, rows: 100 });
    expect(await store.get(150n, 'after')).toBeUndefined();
    expect(await store.get(151n, 'before')).toBeDefined();
    expect(await store.get(200n, 'after')).toBeDefined();
  });

  it('have no more bytes than they may, and one that is larger than that is not kept', async () => {
    const { pool, open } = await openPlace();
    const store = open({ keep: 1_000, bytes: 50_000 });
    for (let image = 1; image <= 40; image++) await store.put(BigInt(image), 'before', preview(image, 4_000));
    expect(await rowsOf(pool)).toEqual({ images: 12, rows: 12, bytes: 48_000 });
    await store.put(41n, 'before', preview(41, 60_000));
    expect((await rowsOf(pool)).bytes).toBeLessThanOrEqual(50_000);
  });

  it('are bounded when many put them at the same time, and nobody fails', async () => {
    const { pool, open } = await openPlace();
    const stores = Array.from({ length: 6 }, () => open({ ...plenty, keep: 20 }));
    await Promise.all(
      stores.map(async (store, at) => {
        for (let image = 0; image < 60; image++)
          await store.put(BigInt(at * 1_000 + image), 'after', preview(image));
      }),
    );
    // Who finds another one sweeping leaves it to the next.
    expect((await rowsOf(pool)).images).toBeLessThanOrEqual(20 + stores.length);
    await stores[0]?.put(9_999n, 'after', preview(1));
    expect((await rowsOf(pool)).images).toBe(20);
  });

  it('take room on the disk for what is kept, not for what was', async () => {
    const { pool, open } = await openPlace();
    const store = open({ ...plenty, keep: 10 });
    const size = async (): Promise<number> =>
      (
        await queryOne(
          pool,
          z.object({ size: z.coerce.number() }),
          "select pg_total_relation_size('kuva.previews') as size",
        )
      ).size;
    const rounds: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (let image = 0; image < 50; image++)
        await store.put(BigInt(round * 50 + image), 'before', preview(image, 20_000));
      // As the server does by itself, each minute.
      await pool.query('vacuum kuva.previews');
      rounds.push(await size());
    }
    // The room of what went is used again: it grows in the first rounds only.
    expect(rounds.at(-1)).toBeLessThanOrEqual((rounds[1] ?? 0) * 1.2);
  });
});

describe('demand', () => {
  it('knows whether somebody looks, until they leave or were silent for too long', async () => {
    const { open } = await openPlace();
    const [store, other] = [open(), open(plenty, 'others')];
    expect(await store.demand()).toEqual({ viewed: false, queued: 0 });
    await store.noteViewer('one', 60_000);
    await store.noteViewer('two', 60_000);
    await store.noteViewer('two', 60_000);
    expect(await store.demand()).toEqual({ viewed: true, queued: 0 });
    expect(await other.demand()).toEqual({ viewed: false, queued: 0 });
    await store.noteViewer('one', 0);
    expect((await store.demand()).viewed).toBe(true);
    await store.noteViewer('two', 0);
    expect((await store.demand()).viewed).toBe(false);
    await store.noteViewer('killed', 1);
    await expect.poll(async () => (await store.demand()).viewed).toBe(false);
  });
});

import { z } from 'zod';
import { bigintColumn } from './columns.ts';
import type { PreviewBounds, PreviewStore } from './contract/previews.ts';
import { pipelineNumber } from './pipelineId.ts';
import type { LedgerPool } from './pool.ts';
import { query, queryOne, run } from './sql.ts';

const bins = z.array(z.number()).length(256);
const previewSchema = z
  .object({
    bytes: z.instanceof(Uint8Array),
    width: z.number(),
    height: z.number(),
    histogram: z.union([z.object({ grey: bins }), z.object({ r: bins, g: bins, b: bins })]),
    source_sha256: z.string(),
  })
  .transform(({ source_sha256, ...preview }) => ({ ...preview, sourceSha256: source_sha256 }));

const demandSchema = z.object({ viewed: z.boolean(), queued: bigintColumn });

/** See {@link PreviewStore}. */
export function openPreviewStore(pool: LedgerPool, pipeline: string, bounds: PreviewBounds): PreviewStore {
  const id = pipelineNumber(pool, pipeline);
  return {
    get: async (imageId, side) => {
      const [found] = await query(
        pool,
        previewSchema,
        `select bytes, width, height, histogram, source_sha256 from kuva.previews
          where image_id = $1 and side = $2 and pipeline_id = $3 and (side = 'before' or source_sha256 = coalesce(
            (select output_sha256 from kuva.records where image_id = $1 order by round desc, id limit 1),
            source_sha256))`,
        [imageId, side, await id()],
      );
      return found;
    },
    put: async (imageId, side, { bytes, width, height, histogram, sourceSha256 }) =>
      run(pool, 'select kuva.put_preview($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
        await id(),
        imageId,
        side,
        bytes,
        width,
        height,
        JSON.stringify(histogram),
        sourceSha256,
        bounds.keep,
        bounds.bytes,
      ]),
    isFresh: async (imageId, milliseconds) => {
      const { fresh } = await queryOne(
        pool,
        z.object({ fresh: z.boolean() }),
        `select exists (select from kuva.images where id = $1 and pipeline_id = $2 and state = 'done'
            and changed_at > clock_timestamp() - make_interval(secs => $3 / 1000.0)) as fresh`,
        [imageId, await id(), milliseconds],
      );
      return fresh;
    },
    noteViewer: async (viewer, milliseconds) =>
      run(pool, 'select kuva.note_viewer($1, $2, $3)', [await id(), viewer, milliseconds]),
    demand: async () => {
      const { viewed, queued } = await queryOne(
        pool,
        demandSchema,
        `select exists (select from kuva.viewers where pipeline_id = $1 and until > clock_timestamp()) as viewed,
          (select coalesce(sum(n), 0) from kuva.counters where pipeline_id = $1 and what = 'queued')::bigint as queued`,
        [await id()],
      );
      return { viewed, queued: Number(queued) };
    },
  };
}

import { z } from 'zod';
import { bigintColumn, dateColumn, keyColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { query } from '../sql.ts';
import type { Duplicates, DuplicateImage } from './contract.ts';

/** Rows that are fetched at a time. */
const pageSize = 5_000;

const groupSchema = z.object({
  sha256: z.string(),
  images: z.array(z.object({ id: z.coerce.bigint(), bucket: z.string(), key: keyColumn, at: dateColumn })),
});

/** Images whose inputs had the very same bytes, by the first that came: what was put in twice, under whatever name. */
export async function* sameBytes({ pool, pipelineId }: LedgerContext): AsyncGenerator<Duplicates> {
  const pipeline = await pipelineId();
  let after = '';
  for (;;) {
    const groups = await query(
      pool,
      groupSchema,
      `select g.sha256, (
          select jsonb_agg(jsonb_build_object('id', i.image_id::text, 'bucket', b.name, 'key', i.input_key, 'at', i.at)
              order by i.at, i.image_id)
            from (
              select image_id, input_bucket_id, input_key, min(recorded_at) as at from kuva.records r
                where r.pipeline_id = $1 and r.input_sha256 = g.sha256 group by 1, 2, 3
            ) i join kuva.buckets b on b.id = i.input_bucket_id
        ) as images
        from (
          select input_sha256 as sha256 from kuva.records
            where pipeline_id = $1 and input_sha256 > $2
            group by 1 having min(image_id) <> max(image_id) order by 1 limit $3
        ) g order by g.sha256`,
      [pipeline, after, pageSize],
    );
    for (const { sha256, images } of groups) yield { sha256, images };
    after = groups.at(-1)?.sha256 ?? '';
    if (groups.length < pageSize) return;
  }
}

const hashedSchema = z.object({
  record: bigintColumn,
  id: bigintColumn,
  bucket: z.string(),
  key: keyColumn,
  at: dateColumn,
  sha256: z.string(),
  hash: z.string(),
});

export interface HashedImage extends DuplicateImage {
  readonly sha256: string;
  /** 16 hexadecimal digits. */
  readonly hash: string;
}

/** Every image's newest perceptual hash, where a recipe measured one. */
export async function* hashedImages(
  { pool, pipelineId }: LedgerContext,
  path: readonly string[],
): AsyncGenerator<HashedImage> {
  const pipeline = await pipelineId();
  let before: bigint | undefined;
  const seen = new Set<bigint>();
  for (;;) {
    const rows = await query(
      pool,
      hashedSchema,
      `select r.id as record, r.image_id as id, b.name as bucket, r.input_key as key, r.recorded_at as at,
          r.input_sha256 as sha256, r.facts #>> $2::text[] as hash
        from kuva.records r join kuva.buckets b on b.id = r.input_bucket_id
        where r.pipeline_id = $1 and r.facts #>> $2::text[] ~ '^[0-9a-f]{16}$' and ($3::bigint is null or r.id < $3)
        order by r.id desc limit $4`,
      [pipeline, path, before, pageSize],
    );
    for (const { record, ...image } of rows) {
      before = record;
      if (seen.has(image.id)) continue;
      seen.add(image.id);
      yield image;
    }
    if (rows.length < pageSize) return;
  }
}

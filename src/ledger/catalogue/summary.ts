import { z } from 'zod';
import {
  bigintColumn,
  dateColumn,
  factsColumn,
  formatColumn,
  keyColumn,
  optional,
  sizeColumn,
  stateColumn,
} from '../columns.ts';
import { query, type Queryable } from '../sql.ts';
import type { ImageSummary } from './contract.ts';

const rowSchema = z.object({
  id: bigintColumn,
  key: keyColumn,
  state: stateColumn,
  changed_at: dateColumn,
  size: sizeColumn,
  worker: optional(z.string()),
  output: optional(keyColumn),
  outputs: optional(z.coerce.number()),
  input_format: optional(formatColumn),
  format: optional(formatColumn),
  width: optional(z.number()),
  height: optional(z.number()),
  output_bytes: optional(sizeColumn),
  input_sha256: optional(z.string()),
  output_sha256: optional(z.string()),
  durations: optional(z.record(z.string(), z.number())),
  facts: optional(factsColumn),
  code: optional(z.string()),
  what: optional(z.string()),
  remedy: optional(z.string()),
});

/** Of these images, newest change first. */
export async function summaries(
  database: Queryable,
  ids: readonly bigint[],
  { withFacts = false } = {},
): Promise<ImageSummary[]> {
  if (ids.length === 0) return [];
  const rows = await query(
    database,
    rowSchema,
    `select i.id, i.key, i.state, i.changed_at, i.size, i.worker,
        i.failure_code as code, i.failure_what as what, i.failure_remedy as remedy,
        r.output, r.outputs, r.input_format, r.format, r.width, r.height, r.output_bytes, r.input_sha256, r.output_sha256, r.durations, r.facts
      from kuva.images i
      left join lateral (
        select output_key as output, input_format, output_format as format, output_width as width,
            output_height as height, output_bytes, input_sha256, output_sha256, durations,
            case when $2 then facts end as facts, count(*) over () as outputs
          from kuva.records where image_id = i.id and round = i.committed_round order by id limit 1
      ) r on i.state = 'done'
      where i.id = any($1)
      order by i.changed_at desc, i.id desc`,
    [ids, withFacts],
  );
  return rows.map(imageSummary);
}

function imageSummary(row: z.infer<typeof rowSchema>): ImageSummary {
  const { id, key, state, changed_at, size, ...more } = row;
  const { worker, output, outputs, input_format, format, width, height, output_bytes, durations, facts } =
    more;
  const { input_sha256, output_sha256, code, what, remedy } = more;
  return {
    id,
    key,
    state,
    at: changed_at,
    bytes: size,
    ...(worker !== undefined && { worker }),
    ...(output !== undefined && { output }),
    ...(outputs !== undefined && { outputs }),
    ...(input_format !== undefined && { inputFormat: input_format }),
    ...(format !== undefined && { format }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(output_bytes !== undefined && { outputBytes: output_bytes }),
    ...(input_sha256 !== undefined && { inputSha256: input_sha256 }),
    ...(output_sha256 !== undefined && { outputSha256: output_sha256 }),
    ...(durations !== undefined && { ms: durations }),
    ...(facts !== undefined && { facts }),
    ...(code !== undefined && { code }),
    ...(what !== undefined && { what }),
    ...(remedy !== undefined && { remedy }),
  };
}

import { z } from 'zod';
import { imageStates } from '../../image/state.ts';
import { bigintColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { namePattern } from '../namePattern.ts';
import { query } from '../sql.ts';
import { Statement } from '../statement.ts';
import type { Catalogue, Place, SearchFilter, SearchPage } from './contract.ts';
import { summaries } from './summary.ts';

/** Images that one statement compares with a name. At a million images one takes 20 to 40 ms. */
const pieceSize = 4_000;
/** Found by an index alone and then put in order; if there are more, they are so many that looking in order is quick. */
const mostByIndex = 5_000;
/** Milliseconds after which a search answers with what it has. */
const usualPatience = 300;

const placeSchema = z.object({ at: z.string(), id: bigintColumn, hit: z.boolean() });
type Found = z.infer<typeof placeSchema>;

/** See {@link Catalogue.search}. */
export async function search(
  context: LedgerContext,
  filter: SearchFilter,
  { from, limit, milliseconds = usualPatience }: Parameters<Catalogue['search']>[1],
): Promise<SearchPage> {
  const until = performance.now() + milliseconds;
  const named = await byIndex(context, filter);
  const hits: Found[] = [];
  let place: Place | undefined = from;
  for (;;) {
    const wanted = limit - hits.length;
    const piece = await nextPiece(context, filter, place, wanted, named);
    hits.push(...piece.found.filter(({ hit }) => hit).slice(0, wanted));
    const last = hits.length === limit ? hits.at(-1) : piece.found.at(-1);
    place = last ?? place;
    if (piece.atEnd && hits.length < limit) place = undefined;
    if (place === undefined || hits.length === limit || performance.now() > until) break;
  }
  const images = await summaries(
    context.pool,
    hits.map(({ id }) => id),
  );
  if (place === undefined) return { images };
  return { images, next: { at: place.at, id: place.id }, searchedTo: new Date(place.at) };
}

/** The few images that an index finds by hash or by the beginning of a name; undefined where they are not few. */
async function byIndex(
  { pool, pipelineId }: LedgerContext,
  filter: SearchFilter,
): Promise<bigint[] | undefined> {
  const statement = new Statement();
  const pipeline = statement.value(await pipelineId());
  const sources: string[] = [];
  if (filter.sha256 !== undefined) {
    const sha256 = statement.value(filter.sha256);
    for (const column of ['input_sha256', 'output_sha256'])
      sources.push(
        `select image_id from kuva.records where pipeline_id = ${pipeline} and ${column} = ${sha256}`,
      );
  } else {
    const pattern = filter.name === undefined ? undefined : namePattern(filter.name);
    if (pattern?.hasPrefix !== true) return undefined;
    const like = statement.value(pattern.like);
    sources.push(
      `select id from kuva.images where pipeline_id = ${pipeline} and key like ${like}`,
      `select image_id from kuva.records where pipeline_id = ${pipeline} and output_key like ${like}`,
    );
  }
  const limited = sources.map((source) => `(${source} limit ${mostByIndex + 1})`).join(' union all ');
  const rows = await query(
    pool,
    z.object({ id: bigintColumn }),
    `select distinct f.id from (${limited}) f (id)`,
    statement.values,
  );
  return rows.length > mostByIndex && filter.sha256 === undefined ? undefined : rows.map(({ id }) => id);
}

interface Piece {
  readonly found: readonly Found[];
  readonly atEnd: boolean;
}

/** The next images in order: those that match, or, where a name must be compared, the next few thousand. */
async function nextPiece(
  { pool, pipelineId }: LedgerContext,
  filter: SearchFilter,
  from: Place | undefined,
  wanted: number,
  named: readonly bigint[] | undefined,
): Promise<Piece> {
  const statement = new Statement();
  const pipeline = statement.value(await pipelineId());
  const states = statement.value(filter.states ?? imageStates);
  statement.where(filter.since?.toISOString(), (since) => `i.changed_at >= ${since}`);
  statement.where(filter.until?.toISOString(), (before) => `i.changed_at < ${before}`);
  statement.where(
    from?.at,
    (at) => `(i.changed_at, i.id) < (${at}::timestamptz, ${statement.value(from?.id)})`,
  );
  statement.where(named, (ids) => `i.id = any(${ids}::bigint[])`);
  const compares = filter.name !== undefined && named === undefined;
  const size = statement.value(compares ? pieceSize : wanted);
  const order = 'i.changed_at desc, i.id desc';
  const ordered =
    named === undefined
      ? `select i.* from unnest(${states}::text[]) as s (state) cross join lateral (
          select id, key, changed_at, state from kuva.images i
            where i.pipeline_id = ${pipeline} and i.state = s.state and ${statement.conditions}
            order by ${order} limit ${size}
        ) i`
      : `select id, key, changed_at, state from kuva.images i
          where i.pipeline_id = ${pipeline} and i.state = any(${states}) and ${statement.conditions}`;
  const hit = matches(filter, named !== undefined, statement);
  const rows = await query(
    pool,
    placeSchema,
    `select i.changed_at::text as at, i.id, ${hit} as hit
      from (select * from (${ordered}) i order by ${order} limit ${size}) i order by ${order}`,
    statement.values,
  );
  return { found: rows, atEnd: rows.length < (compares ? pieceSize : wanted) };
}

/** What is left to compare once an index has done its part. */
function matches({ name, sha256 }: SearchFilter, byIndexAlone: boolean, statement: Statement): string {
  if (name === undefined || (byIndexAlone && sha256 === undefined)) return 'true';
  const like = statement.value(namePattern(name).like);
  return `(i.key like ${like} or (i.state = 'done' and exists (
    select from kuva.records r where r.image_id = i.id and r.output_key like ${like})))`;
}

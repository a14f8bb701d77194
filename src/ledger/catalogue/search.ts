import { z } from 'zod';
import { imageStates } from '../../image/state.ts';
import { bigintColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { conditionOf } from '../factsCondition.ts';
import { namePattern } from '../namePattern.ts';
import { query } from '../sql.ts';
import { Statement } from '../statement.ts';
import type { Catalogue, Place, SearchFilter, SearchPage } from './contract.ts';
import type { Scan } from './scan.ts';
import { summaries } from './summary.ts';

/** Images that one statement compares with a name, or asks about their facts. At a million images one takes 20 to 40 ms. */
const pieceSize = 4_000;
/** Found by an index alone and then put in order; if there are more, they are so many that looking in order is quick. */
const mostByIndex = 5_000;
/** Milliseconds after which looking at one image after the other is given up. */
const usualPatience = 300;

const placeSchema = z.object({ at: z.string(), id: bigintColumn, hit: z.boolean() });
type Found = z.infer<typeof placeSchema>;

/** See {@link Catalogue.search}. @param scan what else finds images of which no index tells where they are */
export async function search(
  context: LedgerContext,
  filter: SearchFilter,
  page: Parameters<Catalogue['search']>[1],
  scan: Scan,
): Promise<SearchPage> {
  const indexed = await byIndex(context, filter);
  const first = await searchInOrder(context, filter, page, indexed);
  if (first.hits.length === page.limit || first.place === undefined || indexed !== undefined)
    return answer(context, first, page);
  const ids = await scan(filter);
  if (ids === undefined) return answer(context, first, page);
  return answer(context, await searchInOrder(context, filter, page, { ids, by: 'scan' }), page);
}

/** Images that are all that can match, found by one part of what is asked for; by a scan, those that do. */
interface Candidates {
  readonly ids: readonly bigint[];
  readonly by: 'sha256' | 'name' | 'scan';
}

interface Hits {
  readonly hits: readonly Found[];
  /** Where to go on; undefined at the end. */
  readonly place: Place | undefined;
}

/** Newest first, as far as a page needs or patience lasts. */
async function searchInOrder(
  context: LedgerContext,
  filter: SearchFilter,
  { from, limit, milliseconds = usualPatience }: Parameters<Catalogue['search']>[1],
  candidates: Candidates | undefined,
): Promise<Hits> {
  const until = performance.now() + milliseconds;
  const hits: Found[] = [];
  let place: Place | undefined = from;
  for (;;) {
    const wanted = limit - hits.length;
    const piece = await nextPiece(context, filter, place, wanted, candidates);
    hits.push(...piece.found.filter(({ hit }) => hit).slice(0, wanted));
    const last = hits.length === limit ? hits.at(-1) : piece.found.at(-1);
    place = last ?? place;
    if (piece.atEnd && hits.length < limit) place = undefined;
    if (place === undefined || hits.length === limit || performance.now() > until) return { hits, place };
  }
}

async function answer(
  { pool }: LedgerContext,
  { hits, place }: Hits,
  { withFacts = false }: Parameters<Catalogue['search']>[1],
): Promise<SearchPage> {
  const images = await summaries(
    pool,
    hits.map(({ id }) => id),
    { withFacts },
  );
  if (place === undefined) return { images };
  return { images, next: { at: place.at, id: place.id }, searchedTo: new Date(place.at) };
}

/** The few images that an index finds by hash or by the beginning of a name; undefined where they are not few. */
async function byIndex(
  { pool, pipelineId }: LedgerContext,
  filter: SearchFilter,
): Promise<Candidates | undefined> {
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
  if (rows.length > mostByIndex && filter.sha256 === undefined) return undefined;
  return { ids: rows.map(({ id }) => id), by: filter.sha256 === undefined ? 'name' : 'sha256' };
}

interface Piece {
  readonly found: readonly Found[];
  readonly atEnd: boolean;
}

/** The next images in order: those that match, or, where each must be looked at, the next few thousand. */
async function nextPiece(
  { pool, pipelineId }: LedgerContext,
  filter: SearchFilter,
  from: Place | undefined,
  wanted: number,
  candidates: Candidates | undefined,
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
  statement.where(candidates?.ids, (ids) => `i.id = any(${ids}::bigint[])`);
  const left = leftToCompare(filter, candidates?.by);
  const compares = left.name !== undefined || left.facts !== undefined;
  const size = statement.value(compares ? pieceSize : wanted);
  const order = 'i.changed_at desc, i.id desc';
  const ordered =
    candidates === undefined
      ? `select i.* from unnest(${states}::text[]) as s (state) cross join lateral (
          select id, key, changed_at, state from kuva.images i
            where i.pipeline_id = ${pipeline} and i.state = s.state and ${statement.conditions}
            order by ${order} limit ${size}
        ) i`
      : `select id, key, changed_at, state from kuva.images i
          where i.pipeline_id = ${pipeline} and i.state = any(${states}) and ${statement.conditions}`;
  const hit = matches(left, statement);
  const rows = await query(
    pool,
    placeSchema,
    `select i.changed_at::text as at, i.id, ${hit} as hit
      from (select * from (${ordered}) i order by ${order} limit ${size}) i order by ${order}`,
    statement.values,
  );
  return { found: rows, atEnd: rows.length < (compares ? pieceSize : wanted) };
}

/** What the candidates do not tell already. */
function leftToCompare(
  { name, facts }: SearchFilter,
  by: Candidates['by'] | undefined,
): Pick<SearchFilter, 'name' | 'facts'> {
  if (by === 'scan') return {};
  return {
    ...(name !== undefined && by !== 'name' && { name }),
    ...(facts !== undefined && { facts }),
  };
}

function matches({ name, facts }: Pick<SearchFilter, 'name' | 'facts'>, statement: Statement): string {
  const conditions: string[] = [];
  if (name !== undefined) {
    const like = statement.value(namePattern(name).like);
    conditions.push(`(i.key like ${like} or (i.state = 'done' and exists (
      select from kuva.records r where r.image_id = i.id and r.output_key like ${like})))`);
  }
  if (facts !== undefined) {
    conditions.push(`exists (
      select from kuva.records r where r.image_id = i.id and ${conditionOf(facts, statement)})`);
  }
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}

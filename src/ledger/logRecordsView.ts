/** The view `log_records`: what a reader of the tutorial looks at. */

/** The tutorial's three columns, in its order. */
export const oldColumns = '"timestamp", negated_image_name, negated_image_hash';

/**
 * Where rows go that the tutorial's old script still inserts, beside us. Without its primary key on the second,
 * which lost 1 to 9 of 20 rows when images came fast.
 */
export const scriptRows = `
create table if not exists kuva.script_log_records (
  "timestamp" varchar(25) not null,
  negated_image_name text,
  negated_image_hash text,
  inserted_at timestamptz not null default now()
)`;

/** Our columns after the tutorial's three: name, type, and what gives it. */
const columns: readonly (readonly [name: string, type: string, from: string])[] = [
  ['record_id', 'bigint', 'r.id'],
  ['recorded_at', 'timestamptz', 'r.recorded_at'],
  ['pipeline', 'text', 'p.name'],
  ['output', 'text', 'r.output'],
  ['input_bucket', 'text', 'ib.name'],
  ['input_key', 'text', 'r.input_key'],
  ['input_etag', 'text', 'r.input_etag'],
  ['input_version', 'text', 'r.input_version'],
  ['input_bytes', 'bigint', 'r.input_bytes'],
  ['input_sha256', 'text', 'r.input_sha256'],
  ['input_format', 'text', 'r.input_format'],
  ['input_width', 'int', 'r.input_width'],
  ['input_height', 'int', 'r.input_height'],
  ['input_pages', 'int', 'r.input_pages'],
  ['output_bucket', 'text', 'ob.name'],
  ['output_etag', 'text', 'r.output_etag'],
  ['output_bytes', 'bigint', 'r.output_bytes'],
  ['output_format', 'text', 'r.output_format'],
  ['output_width', 'int', 'r.output_width'],
  ['output_height', 'int', 'r.output_height'],
  ['output_pages', 'int', 'r.output_pages'],
  ['recipe_digest', 'text', 'c.digest'],
  ['recipe', 'text', 'c.text'],
  ['round', 'int', 'r.round'],
  ['attempt', 'int', 'r.attempt'],
  ['worker', 'text', 'r.worker'],
  ['durations', 'jsonb', 'r.durations'],
  // Later ones come last: a view is replaced in place.
  ['way', 'text', 'r.way'],
  ['way_reason', 'text', 'r.way_reason'],
];

/** Text in one collation: PostgreSQL cannot compare a column whose halves have two. */
function cast(from: string, type: string): string {
  return type === 'text' ? `(${from})::text collate "default"` : `(${from})::${type}`;
}

/**
 * The statement that makes the view, or makes it anew: replaced in place, so that grants on it stay.
 * @param tables with rows of the tutorial's three columns
 */
export function logRecordsView(tables: readonly string[]): string {
  const ours = columns.map(([name, type, from]) => `${cast(from, type)} as ${name}`).join(',\n    ');
  const none = columns.map(([name, type]) => `${cast('null', type)} as ${name}`).join(', ');
  const theirs = tables
    .map(
      (table) => `
  union all
  select "timestamp"::varchar(25) collate "default", ${cast('negated_image_name', 'text')}, ${cast('negated_image_hash', 'text')}, ${none} from ${table}`,
    )
    .join('');
  return `
create or replace view kuva.log_records as
  select
    to_char(r.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')::varchar(25) collate "default" as "timestamp",
    ${cast('r.output_key', 'text')} as negated_image_name,
    ${cast('r.output_sha256', 'text')} as negated_image_hash,
    ${ours}
  from kuva.records r
    join kuva.pipelines p on p.id = r.pipeline_id
    join kuva.buckets ib on ib.id = r.input_bucket_id
    join kuva.buckets ob on ob.id = r.output_bucket_id
    join kuva.recipes c on c.id = r.recipe_id${theirs};

create or replace function kuva.insert_log_record() returns trigger language plpgsql as $$
begin
  insert into kuva.script_log_records (${oldColumns})
    values (new."timestamp", new.negated_image_name, new.negated_image_hash);
  return new;
end $$;
`;
}

/**
 * The same in schema public. Both are there, since a user of the name "kuva" finds our schema first ("$user" in the
 * search path) and all others schema public.
 */
export const publicView = `
create or replace view public.log_records as select * from kuva.log_records;
`;

/** What the old script inserts goes to a table of its own. */
export function insertTrigger(schema: 'public' | 'kuva'): string {
  return `
drop trigger if exists insert_log_record on ${schema}.log_records;
create trigger insert_log_record instead of insert on ${schema}.log_records
  for each row execute function kuva.insert_log_record();
`;
}

/** Fills a ledger in seconds with as many images, done and waiting, as a year brings: rows as the program writes them. */

/** Anything that runs a statement: a pool or a client of `pg`. */
export interface Database {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface Backlog {
  readonly pipeline: string;
  /** Images that wait, each with its job. */
  readonly queued: number;
  /** Images that are done, each with its record and its output key. */
  readonly done: number;
}

export const backlogBuckets = { input: 'backlog_input', output: 'backlog_output' } as const;

/**
 * Needs a superuser: the triggers and the checks of foreign keys, which take most of the time for a million rows,
 * are left out, and the counters that the triggers keep are written at the end.
 * @param database one connection, since it is one transaction; migrated
 */
export async function fillLedger(
  database: Database,
  { pipeline, queued, done }: Backlog,
  buckets: { readonly input: string; readonly output: string } = backlogBuckets,
): Promise<void> {
  await database.query('begin');
  try {
    await database.query('set local session_replication_role = replica');
    await database.query('set local statement_timeout = 0');
    await database.query('insert into kuva.pipelines (name) values ($1) on conflict do nothing', [pipeline]);
    await database.query('select kuva.bucket_id($1), kuva.bucket_id($2)', [buckets.input, buckets.output]);
    await database.query(
      "insert into kuva.recipes (digest, text) values ('backlog', '{}') on conflict do nothing",
    );
    for (const statement of statements) {
      const values = statement.values({ pipeline, queued, done, ...buckets });
      await database.query(statement.text, values);
    }
    await database.query('commit');
  } catch (thrown) {
    await database.query('rollback').catch(() => undefined);
    throw thrown;
  }
}

interface Given extends Backlog {
  readonly input: string;
  readonly output: string;
}

const ids = `with p as (
  select (select id from kuva.pipelines where name = $1) as pipeline,
    kuva.bucket_id($2) as input, kuva.bucket_id($3) as output, (select id from kuva.recipes where digest = 'backlog') as recipe
)`;

const statements: readonly { text: string; values: (given: Given) => unknown[] }[] = [
  {
    text: `${ids} insert into kuva.images (
        pipeline_id, bucket_id, key, etag, size, last_modified, state, committed_round, attempts, max_attempts, token,
        worker, started_at, settled_at, changed_at)
      select p.pipeline, p.input, format('done/%s/%s.jpg', n % 1000, n), md5('done' || n), 100000, now(), 'done', 1, 1, 3,
        nextval('kuva.tokens'), 'backlog', now(), now(), now() - n * interval '1 second'
      from p, generate_series(1, $4::int) n where $3::text is not null`,
    values: ({ pipeline, input, output, done }) => [pipeline, input, output, done],
  },
  {
    text: `${ids} insert into kuva.records (
        image_id, pipeline_id, round, output, recipe_id, attempt, worker, input_bucket_id, input_key, input_etag,
        input_bytes, input_sha256, input_format, input_width, input_height, input_pages, output_bucket_id, output_key,
        output_etag, output_bytes, output_sha256, output_format, output_width, output_height, output_pages, durations)
      select i.id, i.pipeline_id, 1, 'image', p.recipe, 1, 'backlog', i.bucket_id, i.key, i.etag, i.size, sha, 'jpeg',
        640, 480, 1, p.output, 'negated_' || i.key, md5(sha), i.size, sha, 'jpeg', 640, 480, 1, '{"get": 1}'
      from p join kuva.images i on i.pipeline_id = p.pipeline and i.worker = 'backlog',
        lateral (select encode(sha256(convert_to(i.key, 'UTF8')), 'hex') as sha) s`,
    values: ({ pipeline, input, output }) => [pipeline, input, output],
  },
  {
    text: `${ids} insert into kuva.output_keys (bucket_id, key, image_id, record_id, etag, sha256)
      select r.output_bucket_id, r.output_key, r.image_id, r.id, r.output_etag, r.output_sha256
      from p join kuva.records r on r.pipeline_id = p.pipeline and r.worker = 'backlog' and r.output_bucket_id = p.output
      where p.input is not null`,
    values: ({ pipeline, input, output }) => [pipeline, input, output],
  },
  {
    text: `${ids}, new as (
        insert into kuva.images (pipeline_id, bucket_id, key, etag, size, last_modified)
          select p.pipeline, p.input, format('waiting/%s/%s.jpg', n % 1000, n), md5('waiting' || n), 100000, now()
            from p, generate_series(1, $4::int) n where $3::text is not null
          returning id, pipeline_id, key, etag, size, due_at
      ), task as (
        insert into graphile_worker._private_tasks (identifier) select kuva.task_of(p.pipeline) from p
          on conflict (identifier) do update set identifier = excluded.identifier returning id
      ) insert into graphile_worker._private_jobs (task_id, payload, run_at, max_attempts, key, priority)
        select task.id, json_build_object('id', new.id::text, 'bucket', $2::text, 'key', new.key, 'etag', new.etag, 'size', new.size),
          new.due_at, 32767, kuva.job_key_of(new.id), 0
        from task, new order by new.id`,
    values: ({ pipeline, input, output, queued }) => [pipeline, input, output, queued],
  },
  {
    text: `insert into kuva.counters as c (pipeline_id, what, slot, n)
      select p.id, w.what, 0, w.n
        from kuva.pipelines p, (values ('queued', $2::bigint), ('done', $3), ('records', $3)) w (what, n)
        where p.name = $1
      on conflict (pipeline_id, what, slot) do update set n = c.n + excluded.n`,
    values: ({ pipeline, queued, done }) => [pipeline, queued, done],
  },
];

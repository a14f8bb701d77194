import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { insertTrigger, logRecordsView, oldColumns, publicView, scriptRows } from './logRecordsView.ts';

/** Marks the view as ours, so that somebody else's is never replaced. */
const mark =
  'Made by kuva: the rows of its ledger, in the form of the tutorial, and those of the tutorial itself';

const foundSchema = z.object({
  kind: z.string(),
  mine: z.boolean(),
  ours: z.boolean(),
  columns: z.array(z.string()),
});
type Found = z.infer<typeof foundSchema>;

const rightsSchema = z.object({ may: z.boolean() });

/**
 * Makes the view `kuva.log_records`, puts it where `select * from log_records` finds it, and takes over a table of
 * that name which the tutorial's script made. Runs inside the transaction of the migrations: all of it happens, or
 * nothing. Done at every start, since a right that was missing may have been granted since.
 * @returns what a person should know
 */
export async function placeLogRecords(client: PoolClient): Promise<string[]> {
  const found = await findPublic(client);
  const mayCreate = await mayCreateInPublic(client);
  if (found === undefined || found.ours) {
    await makeView(client);
    if (mayCreate) await showInPublic(client, []);
    else if (found === undefined) await extendSearchPath(client, 'last');
    return [];
  }
  if (isTutorials(found) && found.mine && mayCreate) {
    const grants = await grantsOn(client);
    await moveAway(client);
    await makeView(client);
    await showInPublic(client, grants);
    return [];
  }
  if (isTutorials(found) && found.mine) {
    // The table cannot be replaced where it is: it stays, and the view that is found first shows its rows too.
    await makeView(client, ['public.log_records']);
    await extendSearchPath(client, 'first');
    return [
      'The tutorial\'s table public.log_records stays as it is, since the database user may not create anything in schema public; "log_records" now means the view kuva.log_records, which shows its rows and the new ones.',
    ];
  }
  await makeView(client);
  return [
    `There is a ${describe(found)} public.log_records that is not the tutorial's${found.mine ? '' : ' or belongs to another user'}. It was left alone; the ledger's rows are in the view kuva.log_records.`,
  ];
}

function describe({ kind }: Found): string {
  return kind === 'v' || kind === 'm' ? 'view' : 'table';
}

async function findPublic(client: PoolClient): Promise<Found | undefined> {
  const { rows } = await client.query(
    `select c.relkind::text as kind,
        pg_has_role(c.relowner, 'USAGE') as mine,
        coalesce(starts_with(obj_description(c.oid, 'pg_class'), $1), false) as ours,
        array(
          select a.attname || ' ' || format_type(a.atttypid, null) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
        ) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relname = 'log_records'`,
    [mark],
  );
  return rows[0] === undefined ? undefined : foundSchema.parse(rows[0]);
}

/** A table with the three columns that the tutorial's script makes, and no other. */
function isTutorials({ kind, columns }: Found): boolean {
  const [when, ...names] = columns;
  return (
    kind === 'r' &&
    when === 'timestamp character varying' &&
    names.join() === 'negated_image_name text,negated_image_hash text'
  );
}

async function mayCreateInPublic(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query(
    "select coalesce((select has_schema_privilege(oid, 'CREATE') from pg_namespace where nspname = 'public'), false) as may",
  );
  return rightsSchema.parse(rows[0]).may;
}

const nameSchema = z.object({ name: z.string() });

/** Moves the tutorial's table, as it is and with all its rows, into our schema under a name of its own. */
async function moveAway(client: PoolClient): Promise<void> {
  const { rows } = await client.query(
    "select 'tutorial_log_records' || case when count(*) = 0 then '' else '_' || count(*) + 1 end as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'kuva' and c.relkind = 'r' and c.relname like 'tutorial\\_log\\_records%'",
  );
  const { name } = nameSchema.parse(rows[0]);
  // Names of indexes are one per schema, and another table may have been moved there before.
  const indexes = await client.query(
    "select indexrelid::regclass::text as name from pg_index where indrelid = 'public.log_records'::regclass order by indexrelid",
  );
  for (const [n, index] of z.array(nameSchema).parse(indexes.rows).entries()) {
    await client.query(`alter index ${index.name} rename to ${name}_index_${n + 1}`);
  }
  await client.query(`alter table public.log_records rename to ${name}`);
  await client.query(`alter table public.${name} set schema kuva`);
}

const grantSchema = z.object({ grantee: z.string(), privilege: z.enum(['SELECT', 'INSERT']) });
type Grant = z.infer<typeof grantSchema>;

/** Who else may read the table or write to it: they may do so with the view. */
async function grantsOn(client: PoolClient): Promise<Grant[]> {
  const { rows } = await client.query(
    `select case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end as grantee,
        g.privilege_type as privilege
      from pg_class c, aclexplode(c.relacl) g
      where c.oid = 'public.log_records'::regclass and g.grantee <> c.relowner
        and g.privilege_type in ('SELECT', 'INSERT')`,
  );
  return z.array(grantSchema).parse(rows);
}

/** Makes the view in our schema, with all tables of the tutorial's rows that there are. */
async function makeView(client: PoolClient, more: readonly string[] = []): Promise<void> {
  const { rows } = await client.query(
    "select format('kuva.%I', c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'kuva' and c.relkind = 'r' and c.relname like 'tutorial\\_log\\_records%' order by 1",
  );
  const moved = z.array(nameSchema).parse(rows);
  const tables = ['kuva.script_log_records', ...moved.map(({ name }) => name), ...more];
  await makeOnce(
    client,
    'kuva.log_records',
    `${scriptRows};${logRecordsView(tables)}${insertTrigger('kuva')}`,
  );
}

/** Shows the view in schema public too, where the tutorial has its table. */
async function showInPublic(client: PoolClient, grants: readonly Grant[]): Promise<void> {
  await makeOnce(client, 'public.log_records', `${publicView}${insertTrigger('public')}`);
  for (const { grantee, privilege } of grants) {
    await client.query(`grant ${privilege} on public.log_records to ${grantee}`);
    // The trigger writes with the rights of whoever inserts.
    if (privilege === 'INSERT') {
      await client.query(`grant usage on schema kuva to ${grantee}`);
      await client.query(`grant insert (${oldColumns}) on kuva.script_log_records to ${grantee}`);
    }
  }
}

/** Replacing a view waits for everybody who reads it: it is done only when there is something to change. */
async function makeOnce(client: PoolClient, view: string, sql: string): Promise<void> {
  const comment = `${mark} [${createHash('sha256').update(sql).digest('hex').slice(0, 16)}]`;
  if ((await commentOn(client, view)) === comment) return;
  await client.query(sql);
  await client.query(`comment on view ${view} is '${comment}'`);
}

async function commentOn(client: PoolClient, name: string): Promise<string | undefined> {
  const { rows } = await client.query("select obj_description(to_regclass($1), 'pg_class') as comment", [
    name,
  ]);
  return z.object({ comment: z.string().nullable() }).parse(rows[0]).comment ?? undefined;
}

/** Lets the plain name `log_records` mean the view in our schema, for this user in this database. */
async function extendSearchPath(client: PoolClient, where: 'first' | 'last'): Promise<void> {
  const { rows } = await client.query(
    "select current_setting('search_path') as path, current_user as me, current_database() as db",
  );
  const { path, me, db } = z.object({ path: z.string(), me: z.string(), db: z.string() }).parse(rows[0]);
  const parts = path
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '""');
  if (parts.includes('kuva')) return;
  const wanted = where === 'first' ? ['kuva', ...parts] : [...parts, 'kuva'];
  await client.query(
    `alter role ${client.escapeIdentifier(me)} in database ${client.escapeIdentifier(db)} set search_path = ${wanted.join(', ')}`,
  );
}

import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/image/secret.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { asSuperuser, createUser, emptyDatabase, type TestDatabase } from '../servers/postgres.ts';
import { finish, put, rowsOf, sha256 } from './sample.ts';

const server = inject('postgres');

/** What the tutorial's script makes, and how it writes. */
const tutorialTable =
  'CREATE TABLE IF NOT EXISTS log_records (timestamp varchar(25) primary key, negated_image_name text, negated_image_hash text)';
const tutorialInsert = (second: number, name: string): string =>
  `INSERT INTO log_records (timestamp, negated_image_name, negated_image_hash) VALUES ('2025-02-04T12:01:0${second}', '${name}', 'abc')`;

describe('The view log_records', () => {
  let database: TestDatabase;
  let pool: LedgerPool;
  beforeEach(async () => {
    database = await emptyDatabase(server);
    pool = openPool(database.connection);
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const rows = (from: LedgerPool = pool): Promise<Record<string, unknown>[]> =>
    rowsOf(from, 'select * from log_records order by 1, 2');
  const names = async (from?: LedgerPool): Promise<unknown[]> =>
    (await rows(from)).map((row) => row['negated_image_name']);

  it('shows the tutorial’s three columns first, as the tutorial wrote them, and more after them', async () => {
    await migrate(pool);
    const ledger = openLedger(pool, 'cats');
    await finish(ledger, await put(ledger, 'dir/cat1.jpg'), 'cat1.jpg', 'a cat');
    const { fields } = await pool.query('select * from log_records');
    const [found, ...others] = await rowsOf(
      pool,
      "select * from log_records where negated_image_name like '%cat1%'",
    );
    expect(fields.slice(0, 3).map(({ name }) => name)).toEqual([
      'timestamp',
      'negated_image_name',
      'negated_image_hash',
    ]);
    expect(fields[0]?.dataTypeModifier).toBe(25 + 4);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      negated_image_name: 'negated_cat1.jpg',
      negated_image_hash: sha256('a cat'),
      input_bucket: 'input_bucket',
      input_key: 'dir/cat1.jpg',
      input_width: 640,
      output_bucket: 'output_bucket',
      attempt: 1,
      worker: 'worker-1',
      durations: { get: 1.5 },
    });
    expect(found?.['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const recordedAt = z.date().parse(found?.['recorded_at']);
    expect(found?.['timestamp']).toBe(recordedAt.toISOString().slice(0, 19));
  });

  it('takes over the tutorial’s table with all its rows, beside which ours appear', async () => {
    await pool.query(tutorialTable);
    for (const second of [1, 2, 3]) await pool.query(tutorialInsert(second, `negated_old${second}.jpg`));
    expect((await migrate(pool)).notices).toEqual([]);
    const ledger = openLedger(pool, 'cats');
    await finish(ledger, await put(ledger, 'new.jpg'), 'new.jpg');
    expect(await names()).toEqual([
      'negated_old1.jpg',
      'negated_old2.jpg',
      'negated_old3.jpg',
      'negated_new.jpg',
    ]);
    expect((await rows())[0]).toMatchObject({
      timestamp: '2025-02-04T12:01:01',
      negated_image_hash: 'abc',
      record_id: null,
    });
    const { rows: kept } = await pool.query('select count(*)::int as n from kuva.tutorial_log_records');
    expect(kept).toEqual([{ n: 3 }]);
  });

  it('lets the old script go on: its CREATE and its INSERT work, also twice in one second', async () => {
    await pool.query(tutorialTable);
    await pool.query(tutorialInsert(1, 'before.jpg'));
    await migrate(pool);
    await pool.query(tutorialTable);
    await pool.query(tutorialInsert(1, 'after.jpg'));
    await pool.query(tutorialInsert(1, 'same second.jpg'));
    expect(await names()).toEqual(['after.jpg', 'before.jpg', 'same second.jpg']);
    await migrate(pool);
    expect(await names()).toHaveLength(3);
  });

  it('takes a table over once more that was made after the view was dropped', async () => {
    await pool.query(tutorialTable);
    await pool.query(tutorialInsert(1, 'one.jpg'));
    await migrate(pool);
    await pool.query('drop view log_records');
    await pool.query(tutorialTable);
    await pool.query(tutorialInsert(1, 'two.jpg'));
    await migrate(pool);
    expect(await names()).toEqual(['one.jpg', 'two.jpg']);
  });

  it('leaves the table as it was when something fails', async () => {
    await pool.query(tutorialTable);
    await pool.query(tutorialInsert(1, 'one.jpg'));
    // In the way of a view that is made after the table was moved.
    await pool.query('create schema kuva; create table kuva.script_log_records (wrong int)');
    await expect(migrate(pool)).rejects.toThrow();
    const { rows: there } = await pool.query(
      "select relkind from pg_class where oid = 'public.log_records'::regclass",
    );
    expect(there).toEqual([{ relkind: 'r' }]);
    expect(await rows()).toEqual([
      { timestamp: '2025-02-04T12:01:01', negated_image_name: 'one.jpg', negated_image_hash: 'abc' },
    ]);
  });

  it('lets those read and write the view who might do so with the table', async () => {
    const user = await createUser(server, database);
    await pool.query(tutorialTable);
    await pool.query(`grant select, insert on log_records to ${user.name}`);
    await migrate(pool);
    const theirs = openPool(user.connection);
    await theirs.query(tutorialInsert(1, 'theirs.jpg'));
    expect(await names(theirs)).toEqual(['theirs.jpg']);
    await theirs.end();
    await pool.end();
    await database.drop();
    await user.drop();
    pool = openPool(database.connection);
  });

  it.each([
    ['a table with other columns', 'create table log_records (id int, what text)'],
    [
      'a table with one column more',
      'create table log_records (timestamp varchar(25) primary key, negated_image_name text, negated_image_hash text, more int)',
    ],
    ['somebody’s view', 'create view log_records as select 1 as one'],
  ])('leaves %s alone, and tells of it', async (_what, sql) => {
    await pool.query(sql);
    const { notices } = await migrate(pool);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/left alone.*kuva\.log_records/);
    const ledger = openLedger(pool, 'cats');
    await finish(ledger, await put(ledger, 'a.jpg'), 'a.jpg');
    expect((await pool.query('select negated_image_name from kuva.log_records')).rows).toEqual([
      { negated_image_name: 'negated_a.jpg' },
    ]);
    expect((await pool.query('select count(*) from public.log_records')).rows).toHaveLength(1);
    expect((await migrate(pool)).notices).toEqual(notices);
  });

  it('leaves a table alone that belongs to another user', async () => {
    const user = await createUser(server, database);
    const { database: name } = database.connection;
    await pool.query(tutorialTable);
    await asSuperuser(server, `alter database ${name} owner to ${user.name}`);
    const theirs = openPool(user.connection);
    expect((await migrate(theirs)).notices[0]).toMatch(/belongs to another user/);
    await theirs.end();
    await pool.end();
    await database.drop();
    await user.drop();
    pool = openPool(database.connection);
  });

  it('shows the rows of a table that it may not replace where it is', async () => {
    const user = await createUser(server, database);
    const { database: name } = database.connection;
    await asSuperuser(server, `grant connect, create on database ${name} to ${user.name}; `);
    await asSuperuser(
      server,
      `revoke create on schema public from public; ${tutorialTable}; ${tutorialInsert(1, 'old.jpg')}; alter table log_records owner to ${user.name}`,
      name,
    );
    const first = openPool(user.connection);
    expect((await migrate(first)).notices[0]).toMatch(/stays as it is/);
    await first.end();
    const theirs = openPool(user.connection);
    const ledger = openLedger(theirs, 'cats');
    await finish(ledger, await put(ledger, 'new.jpg'), 'new.jpg');
    await theirs.query(tutorialInsert(2, 'script.jpg'));
    expect(await names(theirs)).toEqual(['old.jpg', 'script.jpg', 'negated_new.jpg']);
    expect((await theirs.query('select count(*)::int as n from public.log_records')).rows).toEqual([
      { n: 1 },
    ]);
    await theirs.end();
    await pool.end();
    await database.drop();
    await user.drop();
    pool = openPool(database.connection);
  });

  it('is found by a user named kuva too, who looks into our schema first', async () => {
    await asSuperuser(server, "create role kuva login password 'x'");
    await asSuperuser(server, `alter database ${database.connection.database} owner to kuva`);
    const theirs = openPool({ ...database.connection, user: 'kuva', password: new Secret('x') });
    await theirs.query(tutorialTable);
    await theirs.query(tutorialInsert(1, 'before.jpg'));
    await migrate(theirs);
    await theirs.query(tutorialTable);
    await theirs.query(tutorialInsert(2, 'after.jpg'));
    expect(await names(theirs)).toEqual(['before.jpg', 'after.jpg']);
    await theirs.end();
    await pool.end();
    await database.drop();
    await asSuperuser(server, 'drop role kuva');
    pool = openPool(database.connection);
  });

  it('is not made anew at each start, so that a long report does not hold up a worker', async () => {
    await migrate(pool);
    const reader = await pool.connect();
    await reader.query('begin');
    await reader.query('select * from log_records');
    expect(await migrate(pool)).toEqual({ applied: [], notices: [] });
    await reader.query('commit');
    reader.release();
  });
});

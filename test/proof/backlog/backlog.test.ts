/**
 * No statement that runs for each image, or at each look of a worker, reads the backlog: told by the pages that it
 * touches beside an empty ledger and beside a full one, whatever the planner's statistics know of it.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { fillLedger } from '../../../bench/backlog/fill.ts';
import { parseFactsQuery } from '../../../src/image/factsQuery.ts';
import { openCatalogue } from '../../../src/ledger/catalogue/catalogue.ts';
import type { Catalogue, SearchFilter } from '../../../src/ledger/catalogue/contract.ts';
import { getJobOfOneTask } from '../../../src/ledger/getJob.ts';
import { type LedgerPool, openPool } from '../../../src/ledger/pool.ts';
import { freshDatabase, type TestDatabase } from '../../servers/postgres.ts';
import { pagesOf } from './buffers.ts';
import { graphileGetJob } from './graphileGetJob.ts';

const waiting = 60_000;
const done = 60_000;

/** Pages that a statement may touch beyond what it needs with an empty ledger: indexes are some levels deeper. */
const deeper = 150;

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly values?: readonly unknown[];
  /** Runs on what these leave behind. */
  readonly before?: readonly string[];
}

const begin = `select kuva.begin_attempt(1, (select min(id) from kuva.images where pipeline_id = 1 and key = 'probe.jpg'), 'me', 3, 'out', 'keep-both',
  array['image'], array['negated_probe.jpg'], array['other.jpg'])`;
const token =
  "(select id from kuva.images where pipeline_id = 1 and key = 'probe.jpg'), (select token from kuva.images where pipeline_id = 1 and key = 'probe.jpg')";
const outputs = JSON.stringify([
  {
    output: 'image',
    inputBytes: 1,
    inputSha256: 'a',
    inputFormat: 'jpeg',
    inputWidth: 1,
    inputHeight: 1,
    inputPages: 1,
    outputBucket: 'out',
    outputKey: 'negated_probe.jpg',
    outputEtag: 'e',
    outputBytes: 1,
    outputSha256: 's',
    outputFormat: 'jpeg',
    outputWidth: 1,
    outputHeight: 1,
    outputPages: 1,
    durations: {},
  },
]);
const enqueue = (key: string): string =>
  `select kuva.enqueue(1, 'in', array['${key}'], array['e'], array[1], array[now()], now())`;
const commit = `select kuva.commit_records(${token}, 'digest', '{}', '${outputs}', 3)`;
const settle = (outcome: string): string =>
  `select kuva.settle(${token}, '${outcome}', null, null, null, null, 1000)`;

const cases: readonly Case[] = [
  { name: 'putting in a new image', sql: enqueue('new.jpg') },
  { name: 'putting in an image that is known', sql: enqueue('probe.jpg') },
  { name: 'beginning', sql: begin },
  { name: 'committing', before: [begin], sql: commit },
  { name: 'settling as done', before: [begin, commit], sql: settle('done') },
  { name: 'settling as postponed', before: [begin], sql: settle('postponed') },
  { name: 'giving a finished job back', sql: 'delete from graphile_worker._private_jobs where id = 1' },
  { name: 'looking for dead workers', sql: "select * from kuva.rescue('me', 3)" },
  { name: 'looking for what one let fall itself', sql: "select kuva.repair_own('me', array[1, 2])" },
  { name: 'forgetting old connections', sql: "select kuva.drop_pools('me', array['a', 'b'])" },
  { name: "taking over a dead worker's images", sql: "select kuva.give_back(array['dead'], array['a'])" },
  { name: 'counting', sql: 'select what, sum(n) from kuva.counters where pipeline_id = 1 group by what' },
  {
    name: 'finding the oldest that waits',
    sql: "select min(queued_at) from kuva.images where pipeline_id = 1 and state = 'queued'",
  },
  {
    name: 'finding the last one done',
    sql: "select max(changed_at) from kuva.images where pipeline_id = 1 and state = 'done'",
  },
];

/** What somebody who looks asks for, ten images a page: each of them has rows in two tables and in their indexes. */
const searches: readonly { readonly by: string; readonly filter: SearchFilter; readonly pages?: number }[] = [
  { by: 'nothing', filter: {} },
  { by: 'a hash', filter: { sha256: 'a'.repeat(64) } },
  { by: 'the beginning of a name', filter: { name: 'done/77/4407*' } },
  { by: 'a state', filter: { states: ['rejected', 'failed'] } },
  { by: 'a time', filter: { since: new Date(Date.now() - 50_000_000), until: new Date() } },
  // Each image of a piece is looked at, and no more than a piece.
  { by: 'a part of a name', filter: { name: '7.jp' }, pages: 60_000 },
];
const pagesOfAPage = 400;

const server = inject('postgres');

describe('with a backlog', () => {
  let database: TestDatabase;
  let client: Client;
  /** As Graphile Worker would write it. */
  let getJob: string;
  const empty = new Map<string, number>();

  /** Pages that a statement touches when it runs for the second time: the first one reads the catalogue too. */
  const measure = async ({ sql, values = [], before = [] }: Case): Promise<number> => {
    let pages = 0;
    for (let run = 0; run < 2; run++) {
      await client.query('begin');
      await client.query(enqueue('probe.jpg'));
      for (const earlier of before) await client.query(earlier);
      pages = await pagesOf(client, sql, [...values]);
      await client.query('rollback');
    }
    return pages;
  };

  beforeAll(async () => {
    database = await freshDatabase(server);
    const pool = openPool(database.connection, 1);
    await pool.query("insert into kuva.pipelines (name) values ('images')");
    await pool.end();
    client = new Client({ connectionString: database.url });
    await client.connect();
    getJob = await graphileGetJob(database.url);
    // Statistics are what the test says they are.
    for (const table of ['kuva.images', 'kuva.records', 'kuva.output_keys', 'graphile_worker._private_jobs'])
      await client.query(`alter table ${table} set (autovacuum_enabled = false)`);
    // The planner knows an empty ledger, as it does before a sudden backlog.
    await client.query('analyze');
    for (const one of cases) empty.set(one.name, await measure(one));
    await fillLedger(client, { pipeline: 'images', queued: waiting, done });
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  describe.each(['of an empty ledger', 'of the backlog'])('and statistics %s', (statistics) => {
    beforeAll(async () => {
      if (statistics === 'of the backlog') await client.query('vacuum analyze');
    });

    it.each(cases)('$name touches no more of the database than with an empty ledger', async (one) => {
      const pages = await measure(one);
      expect(pages).toBeLessThan((empty.get(one.name) ?? 0) + deeper);
    });

    it.each([
      ['a job', 'its own', 1, 1],
      ['a job', "a neighbour's", 99, 1],
      ['sixteen jobs', 'its own', 1, 16],
      ['sixteen jobs', "a neighbour's", 99, 16],
    ])('taking %s touches a few pages, beside a backlog of %s', async (_what, _whose, task, most) => {
      // A statement with a name is planned anew for its first five values, and perhaps once for all after that.
      await client.query('deallocate all');
      await client.query(`prepare get_job (text, int[]) as ${getJobOfOneTask(getJob, most)}`);
      for (let take = 0; take < 8; take++) {
        await client.query('begin');
        const pages = await pagesOf(client, `execute get_job ('me', array[${task}])`);
        await client.query('rollback');
        // Each job that is taken is changed, in its row and its indexes.
        if (take > 0) expect(pages, `take ${take}`).toBeLessThan(deeper + 15 * (most - 1));
      }
    });

    it('a regular repair looks at a piece of what waits, and gets through all of it', async () => {
      await client.query('begin');
      // An image in the midst that has lost its job: 5,000 are looked at each time.
      await client.query(
        `delete from graphile_worker._private_jobs where key =
          (select kuva.job_key_of(id) from kuva.images where state = 'queued' order by id offset ${waiting / 2} limit 1)`,
      );
      const pages: number[] = [];
      const mended: unknown[] = [];
      for (let call = 0; call <= waiting / 5_000; call++) {
        mended.push((await client.query('select kuva.repair() as n')).rows[0]);
      }
      pages.push(await pagesOf(client, 'select kuva.repair()'));
      await client.query('rollback');
      expect(mended.filter((one) => JSON.stringify(one) === '{"n":1}')).toHaveLength(1);
      expect(Math.max(...pages)).toBeLessThan(5_000 * 10);
    });
  });

  /** The catalogue, and how many pages of the database its statements touched, one by one. */
  const openSearch = async (): Promise<{ catalogue: Catalogue; touched: () => Promise<number[]> }> => {
    const pool: LedgerPool = openPool(database.connection, 2);
    onTestFinished(() => pool.end());
    const asked = vi.spyOn(pool, 'query');
    const catalogue = openCatalogue(pool, 'images');
    await catalogue.search({}, { limit: 1 });
    asked.mockClear();
    const touched = async (): Promise<number[]> => {
      const pages: number[] = [];
      for (const [text, values] of asked.mock.calls.map((call: unknown[]) => call))
        if (typeof text === 'string' && Array.isArray(values))
          pages.push(await pagesOf(client, text, values));
      return pages;
    };
    return { catalogue, touched };
  };

  it.each(searches)('searching by $by reads what it shows, and not the ledger', async ({ filter, pages }) => {
    const { catalogue, touched } = await openSearch();
    await catalogue.search(filter, { limit: 10 });
    const counted = await touched();
    expect(counted.length).toBeGreaterThan(0);
    expect(Math.max(...counted)).toBeLessThan(pages ?? pagesOfAPage);
  });

  it.each([
    ['a part of a name', { name: `one/0/${done}` }],
    ['a part of an output', { name: `negated_done/0/${done}` }],
    ['facts', { facts: parseFactsQuery(`input.key = 'done/0/${done}.jpg'`) }],
    ['facts and a name', { facts: parseFactsQuery('input.bytes = 100000'), name: `one/0/${done}` }],
  ])('searching by %s finds the one image at the very end, in one answer', async (_by, filter) => {
    const { catalogue } = await openSearch();
    // No patience: all but the first piece is found in one pass over the ledger.
    const { images, next } = await catalogue.search(filter, { limit: 10, milliseconds: 0 });
    expect([images.map(({ key }) => key), next]).toEqual([[`done/0/${done}.jpg`], undefined]);
  });

  it('a statement that does read the backlog is found out by this test', async () => {
    const whole = { name: '', sql: 'select max(payload::text) from graphile_worker._private_jobs' };
    expect(await measure(whole)).toBeGreaterThan(deeper * 5);
    // Graphile Worker's own form of taking a job, with its own indexes alone, beside a neighbour's backlog.
    const other = { name: '', sql: getJob, values: ['me', [99]] };
    const before = ['drop index graphile_worker.kuva_jobs_by_task'];
    expect(await measure({ ...other, before })).toBeGreaterThan(deeper * 5);
    expect(getJobOfOneTask(getJob)).not.toBe(getJob);
  });
});

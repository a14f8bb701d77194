/** The checker must bite: each way of breaking the promise is planted by hand, in folders, a bucket and the tables. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freshBucket, setVersioning } from '../../servers/buckets.ts';
import { freshDatabase } from '../../servers/postgres.ts';
import { readPlace } from './place.ts';
import { plainly } from './plainS3.ts';
import { type Put, type Question, violations } from './promise.ts';
import { isNegative, tinyPicture } from './tinyPicture.ts';

const rgw = inject('rgw');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (text: string): Buffer => Buffer.from(text);

/** A world in which the promise was kept: one image done with two outputs, one rejected. */
async function keptWorld(): Promise<{
  question: Question;
  sql: (text: string) => Promise<void>;
  write: (path: string, text: string) => Promise<void>;
  remove: (path: string) => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-promise-'));
  const database = await freshDatabase(inject('postgres'));
  const client = new Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });
  const sql = async (text: string): Promise<void> => {
    await client.query(text);
  };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('in/bad.txt', 'no image');
  await write('out/big.png', 'done large');
  await write('out/small.png', 'done small');
  await sql(`insert into kuva.pipelines (name) values ('images');
    insert into kuva.buckets (name) values ('in'), ('out');
    insert into kuva.recipes (digest, text) values ('d', 't');
    insert into kuva.images (pipeline_id, bucket_id, key, etag, size, last_modified, state, failure_code)
      values (1, 1, 'good.png', 'e1', 1, now(), 'done', null),
        (1, 1, 'bad.txt', 'e2', 1, now(), 'rejected', 'not-an-image');`);
  for (const [output, key, text] of [
    ['large', 'big.png', 'done large'],
    ['small', 'small.png', 'done small'],
  ] as const)
    await sql(rowOf(output, key, text));
  const put = (key: string, text: string, end: Put['end']): Put => ({
    key,
    sha256: sha256(bytesOf(text)),
    end,
  });
  const question: Question = {
    puts: [put('good.png', 'good', 'done'), put('bad.txt', 'no image', 'rejected')],
    input: { kind: 'folder', path: join(folder, 'in') },
    output: { kind: 'folder', path: join(folder, 'out') },
    databaseUrl: database.url,
    outputs: ['large', 'small'],
  };
  return { question, sql, write, remove: (path) => rm(join(folder, path)) };
}

function rowOf(output: string, key: string, text: string, round = 1): string {
  return `insert into kuva.records (image_id, pipeline_id, round, output, recipe_id, attempt, worker, input_bucket_id,
    input_key, input_etag, input_bytes, input_sha256, input_format, input_width, input_height, input_pages,
    output_bucket_id, output_key, output_etag, output_bytes, output_sha256, output_format, output_width,
    output_height, output_pages, durations)
    values (1, 1, ${round}, '${output}', 1, 1, 'w', 1, 'good.png', 'e1', 1, '${sha256(bytesOf('good'))}', 'png', 1, 1, 1,
    2, '${key}', 'o', 1, '${sha256(bytesOf(text))}', 'png', 1, 1, 1, '{}')`;
}

type World = Awaited<ReturnType<typeof keptWorld>>;

const planted: readonly (readonly [string, RegExp, (world: World) => Promise<void>])[] = [
  ['a rejected input that is gone', /^lost: bad\.txt/, ({ remove }) => remove('in/bad.txt')],
  [
    'an input removed, and no row',
    /^lost: good\.png is not in/,
    ({ sql }) => sql('delete from kuva.records'),
  ],
  [
    'an input removed, and one of its rows missing',
    /^lost: good\.png .* no row tells of its small$/,
    ({ sql }) => sql(`delete from kuva.records where output = 'small'`),
  ],
  [
    'an output that is gone',
    /^lost: good\.png is gone, and its large/,
    ({ remove }) => remove('out/big.png'),
  ],
  ['an output with other bytes', /^false row: .*big\.png/, ({ write }) => write('out/big.png', 'damaged')],
  [
    'a row with another input hash',
    /^false row: .*that nobody put in/,
    ({ sql }) => sql(`update kuva.records set input_sha256 = 'aa' where output = 'large'`),
  ],
  [
    'a row that the view does not show',
    /^false row: log_records does not show/,
    ({ sql }) =>
      sql(
        `create or replace view public.log_records as select * from kuva.log_records where output = 'large'`,
      ),
  ],
  [
    'two rows for one round of an image',
    /^double: 2 rows for image 1, round 1/,
    ({ sql }) =>
      sql(`alter table kuva.records drop constraint records_image_id_round_output_key;
        ${rowOf('large', 'big.png', 'done large')}`),
  ],
  [
    'an upload that was logged in two rounds',
    /^double: 2 rows for large of good\.png/,
    ({ sql }) => sql(rowOf('large', 'big.png', 'done large', 2)),
  ],
  [
    'two outputs for one image',
    /^double: good\.png has two outputs: big\.png, again\.png/,
    async ({ sql, write }) => {
      await write('out/again.png', 'done large');
      await sql(rowOf('large', 'again.png', 'done large', 2));
    },
  ],
  [
    'an image that is in work for ever',
    /^half: waits\.png is still processing/,
    ({ sql }) =>
      sql(`insert into kuva.images (pipeline_id, bucket_id, key, etag, size, last_modified, state)
        values (1, 1, 'waits.png', 'e', 1, now(), 'processing')`),
  ],
  [
    'an output without a row',
    /^half: lone\.png lies in the output/,
    ({ write }) => write('out/lone.png', 'x'),
  ],
  [
    'an input that is there still',
    /^half: good\.png did not end as done: the input is still/,
    ({ write }) => write('in/good.png', 'good'),
  ],
  [
    'a file that nobody put in',
    /^half: odd~kept\.png lies in the input/,
    ({ write }) => write('in/odd~kept.png', 'x'),
  ],
  [
    'a file left aside',
    /^half: the file \.kuva\/held\/w\/a1p=good\.png/,
    ({ write }) => write('in/.kuva/held/w/a1p=good.png', 'good'),
  ],
  [
    'an image that ended otherwise',
    /^half: bad\.txt did not end as rejected/,
    ({ sql }) => sql(`delete from kuva.images where key = 'bad.txt'`),
  ],
];

describe('the checker of the promise', () => {
  it('has nothing to say when it was kept', async () => {
    const { question } = await keptWorld();
    expect(await violations(question)).toEqual([]);
    expect(await violations({ ...question, underWay: true })).toEqual([]);
  });

  it.each(planted)('finds %s', async (_what, sentence, plant) => {
    const world = await keptWorld();
    await plant(world);
    const found = await violations(world.question);
    expect(
      found.filter((one) => sentence.test(one)),
      found.join('\n'),
    ).not.toEqual([]);
  });

  it('finds an output that is not what the recipe makes', async () => {
    const { question } = await keptWorld();
    const found = await violations({ ...question, isRight: ({ output }) => output === 'large' });
    expect(found).toEqual(['wrong: small.png is not what the recipe makes of good.png']);
  });

  it('asks while work goes on only for what holds at every moment', async () => {
    const { question, sql, write } = await keptWorld();
    await write('out/unrecorded yet.png', 'x');
    await write('in/good.png', 'good');
    expect(await violations({ ...question, underWay: true })).toEqual([]);
    await sql('delete from kuva.records');
    expect(await violations({ ...question, underWay: true })).toEqual([]);
  });

  it('takes it as kept when an owner removed the input, before anything or after everything was done', async () => {
    const { question, sql, remove } = await keptWorld();
    const puts = question.puts.map((put) => ({ ...put, end: 'superseded' as const }));
    await remove('in/bad.txt');
    expect(await violations({ ...question, puts })).toEqual([]);
    await sql(`delete from kuva.records where output = 'small'`);
    expect(await violations({ ...question, puts })).toEqual([
      'half: good.png did not end as superseded: only a part has rows',
      'half: small.png lies in the output bucket, and no row tells of it',
    ]);
  });

  it('knows the negative of a picture from every other', async () => {
    const picture = await tinyPicture(7);
    expect(await isNegative(picture, 7)).toBe(false);
    const { default: sharp } = await import('sharp');
    const negative = await sharp(picture).negate().png().toBuffer();
    expect(await isNegative(negative, 7)).toBe(true);
    expect(await isNegative(negative, 8)).toBe(false);
    expect(await isNegative(Buffer.from('no picture'), 7)).toBe(false);
  });
});

describe.skipIf(rgw === null)('the checker’s look into a bucket', () => {
  it('reads every object, and tells of old versions and delete markers', async () => {
    if (rgw === null) return;
    const bucket = await freshBucket(rgw);
    const put = (key: string, text: string): Promise<Buffer> =>
      plainly(rgw, 'PUT', bucket, key, {}, bytesOf(text));
    await put('a b+c&d/ä.png', 'first');
    await put('x/../y', 'dots');
    expect(await readPlace({ kind: 's3', server: rgw, bucket })).toEqual({
      objects: new Map([
        ['a b+c&d/ä.png', sha256(bytesOf('first'))],
        ['x/../y', sha256(bytesOf('dots'))],
      ]),
      hidden: [],
    });
    await setVersioning(rgw, bucket, 'Enabled');
    await put('a b+c&d/ä.png', 'second');
    await plainly(rgw, 'DELETE', bucket, 'x/../y');
    const { objects, hidden } = await readPlace({ kind: 's3', server: rgw, bucket });
    expect([...objects]).toEqual([['a b+c&d/ä.png', sha256(bytesOf('second'))]]);
    expect([...hidden].sort()).toEqual([
      'a delete marker of x/../y',
      'an old version of a b+c&d/ä.png',
      'an old version of x/../y',
    ]);
  });
});

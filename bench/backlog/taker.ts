/** `bench:backlog`: a worker with its transform and its buckets taken out: the real queue, and the ledger's real calls for each image. */
import process from 'node:process';
import { sha256Of } from '../../src/pipeline/hash.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { QueuedImage } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import type { NewRecord } from '../../src/ledger/contract/record.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { connectionOf } from '../servers/connection.ts';
import { backlogBuckets } from './fill.ts';
import { atOnce } from './options.ts';
import { type Answer, questionSchema, settingSchema } from './question.ts';

const setting = settingSchema.parse(JSON.parse(process.env['BENCH_SETTING'] ?? ''));
const databases = new Map(
  Object.entries(setting.databases).map(([name, url]) => {
    const pool = openPool(connectionOf(url));
    return [name, { pool, ledger: openLedger(pool, 'images'), queue: openQueue(pool, 'images') }] as const;
  }),
);
const hash = await sha256Of(Buffer.from('the same for all'));

process.on('message', (message) => {
  void answer(message);
});
process.send?.('ready');

async function answer(message: unknown): Promise<void> {
  const question = questionSchema.parse(message);
  if (question !== 'end') {
    process.send?.(await take(question.database, question.jobs));
    return;
  }
  for (const { pool } of databases.values()) await pool.end();
  process.disconnect();
}

async function take(name: string, jobs: number): Promise<Answer> {
  const database = databases.get(name);
  if (database === undefined) throw new Error(`there is no database ${name}`);
  const enough = new AbortController();
  let settled = 0;
  let begun: number | undefined;
  let ended = 0;
  let failure: Error | undefined;
  await database.queue.run({
    worker: setting.worker,
    version: 'bench',
    concurrency: atOnce,
    stop: enough.signal,
    work: async (queued) => {
      begun ??= Date.now();
      try {
        await settle(database.ledger, queued);
        ended = Date.now();
        if (++settled >= jobs) enough.abort();
      } catch (thrown) {
        failure = thrown instanceof Error ? thrown : new Error(String(thrown));
        enough.abort();
      }
    },
    onDatabaseTrouble: (trouble) => {
      if (trouble === undefined) return;
      failure = new Error(trouble.what);
      enough.abort();
    },
  });
  if (failure !== undefined) throw failure;
  return { jobs: settled, begun: begun ?? ended, ended };
}

/** As `processImage` does it, without the requests between. */
async function settle(ledger: Ledger, { id, image, size }: QueuedImage): Promise<void> {
  const key = parseObjectKey(`negated_${image.key}`);
  const begin = await ledger.begin(id, {
    worker: setting.worker,
    wanted: [{ output: 'image', key, alternative: parseObjectKey(`other_${image.key}`) }],
    outputBucket: backlogBuckets.output,
    conflict: 'keep-both',
    maxAttempts: 3,
  });
  if (begin.outcome !== 'begun') throw new Error(`${image.key} was not begun: ${begin.outcome}`);
  const record: NewRecord = {
    output: 'image',
    inputBytes: size,
    inputSha256: hash,
    inputFormat: 'jpeg',
    inputWidth: 640,
    inputHeight: 480,
    inputPages: 1,
    outputBucket: backlogBuckets.output,
    outputKey: begin.attempt.outputKeys.get('image')?.key ?? key,
    outputEtag: image.etag,
    outputBytes: size,
    outputSha256: hash,
    outputFormat: 'jpeg',
    outputWidth: 640,
    outputHeight: 480,
    outputPages: 1,
    durations: { wait: 1, get: 1, transform: 1, hash: 1, put: 1 },
  };
  const committed = await ledger.commit(begin.attempt, [record], { digest: 'backlog', text: '{}' });
  const ended = await ledger.settle(begin.attempt, { state: 'done' });
  if (committed !== 'committed' || ended !== 'settled') throw new Error(`${image.key} was lost`);
}

/**
 * The least that the job's requests can cost: GET, PUT and DELETE with signatures made before, over connections that stay
 * open, and rows in batches. No transform, no hash, no queue, no check of anything: nobody should be trusted with it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import pg from 'pg';
import { Client } from 'undici';
import { inParallel } from '../inParallel.ts';
import { type LeanAnswer, type Plan, planSchema } from './plan.ts';

const [, , planFile = '', answerFile = ''] = process.argv;
const plan: Plan = planSchema.parse(JSON.parse(readFileSync(planFile, 'utf8')));
const origin = new URL(plan.images[0]?.get ?? 'http://127.0.0.1').origin;
const database = new pg.Client({ connectionString: plan.database });
await database.connect();
const clients = Array.from({ length: plan.atOnce }, () => new Client(origin, { pipelining: 1 }));
const free = [...clients];

/** Names whose rows wait for the batch to be full; the removal of an input waits for its row. */
let waiting: { readonly name: string; readonly written: () => void }[] = [];
let moved = 0;

function row(name: string): Promise<void> {
  moved++;
  const written = new Promise<void>((resolve) => waiting.push({ name, written: resolve }));
  // The lanes wait for their rows: a batch cannot be larger than there are lanes.
  if (waiting.length >= Math.min(plan.batch, plan.atOnce) || moved > plan.images.length - plan.atOnce)
    flush();
  return written;
}

const writing: Promise<unknown>[] = [];

function flush(): void {
  const batch = waiting;
  waiting = [];
  const done = database
    .query(
      "INSERT INTO log_records (negated_image_name, negated_image_hash) SELECT name, '' FROM unnest($1::text[]) AS name",
      [batch.map(({ name }) => name)],
    )
    .then(() => {
      for (const { written } of batch) written();
    });
  writing.push(done);
}

async function send(
  client: Client,
  method: 'GET' | 'PUT' | 'DELETE',
  url: string,
  body?: Buffer,
): Promise<Buffer> {
  const answer = await client.request({ method, path: url.slice(origin.length), body: body ?? null });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode >= 300)
    throw new Error(`${method}: ${answer.statusCode} ${bytes.toString('utf8', 0, 300)}`);
  return bytes;
}

const [begun, cpu] = [performance.now(), process.cpuUsage()];
const work = inParallel(plan.atOnce, plan.images, async ({ get, put, remove, made }) => {
  const client = free.pop();
  if (client === undefined) throw new Error('there are more lanes than connections');
  await send(client, 'PUT', put, await send(client, 'GET', get));
  await row(made);
  await send(client, 'DELETE', remove);
  free.push(client);
});
try {
  await work;
  await Promise.all(writing);
} catch (thrown) {
  // The whole stack would hide it: the bench tells the last lines.
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}
const { user, system } = process.cpuUsage(cpu);
const answer: LeanAnswer = { seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
writeFileSync(answerFile, JSON.stringify(answer));
await Promise.all(clients.map((client) => client.close()));
await database.end();

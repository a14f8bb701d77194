/**
 * `npm run bench:large`: buckets with very many objects. How long a look takes, what it costs in memory, how soon the
 * first image is queued, and what another look costs when hardly anything is new.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { makeBucket } from '../bucket.ts';
import { Closing } from '../closing.ts';
import { startCeph } from '../servers/ceph.ts';
import { startDatabases } from '../servers/postgres.ts';
import { startLooker } from './ask.ts';
import { fillBucket, fillFolder, nameOf, tinyPicture } from './fill.ts';
import type { Answer, Question, Setting } from './question.ts';

const usage = `npm run bench:large -- [options]

  --objects N                objects in a bucket of a real Ceph RGW (20000); 0: none
  --files N                  files in a folder (500000); 0: none
  --store bluestore|memstore where Ceph keeps its objects (memstore: filling is what takes long)`;

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '20000' },
    files: { type: 'string', default: '500000' },
    store: { type: 'string', default: 'memstore' },
    help: { type: 'boolean', short: 'h' },
  },
});
const closing = new Closing();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void closing.close().finally(() => process.exit(130)));

const say = (line: string): void => {
  console.error(line);
};

/** New objects between two looks. */
const fresh = 100;

async function measure(title: string, setting: Setting, add: (name: string) => Promise<void>): Promise<void> {
  const ask = await startLooker(setting, closing);
  console.log(`\n${title}\n`);
  console.log('| look | seconds | until the first is queued | queued | CPU seconds | peak memory, MB |');
  console.log('|---|---|---|---|---|---|');
  const row = async (name: string, question: Question): Promise<void> => {
    const answer = await ask(question);
    if (answer !== undefined) console.log(rowOf(name, answer));
  };
  await row('everything is new', 'pass');
  await row('everything is known', 'pass');
  const addAll = async (nameOfNew: (at: number) => string): Promise<void> => {
    for (let at = 0; at < fresh; at++) await add(nameOfNew(at));
    // A file counts once it has been left alone for a moment.
    await new Promise((wake) => setTimeout(wake, 500));
  };
  await addAll((at) => nameOf(9_999_000 + at));
  if (setting.place.kind === 's3') await row(`${fresh} are new, short look`, 'short look');
  else await row(`${fresh} are new`, 'pass');
  await row('everything is known again', 'pass');
  await ask('end');
}

function rowOf(name: string, { seconds, firstSeconds, queued, cpu, peak, before }: Answer): string {
  const cells = [
    name,
    seconds.toFixed(2),
    firstSeconds?.toFixed(2) ?? '',
    String(queued),
    cpu.toFixed(1),
    `${Math.round(peak / 1e6)} (${Math.round(before / 1e6)} before the first look)`,
  ];
  return `| ${cells.join(' | ')} |`;
}

async function main(): Promise<void> {
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const [objects, files] = [Number(values.objects), Number(values.files)];
  const store = values.store === 'bluestore' ? 'bluestore' : 'memstore';
  if (!Number.isInteger(objects) || !Number.isInteger(files)) throw new Error(usage);
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await startDatabases(folder, ['large_bucket', 'large_folder'], closing);
  const picture = await tinyPicture();
  if (files > 0) {
    const root = join(folder, 'files');
    say(`Writing ${files} files …`);
    await fillFolder(root, files, picture);
    await measure(
      `A folder with ${files} files`,
      { database: postgres.urlOf('large_folder'), place: { kind: 'folder', path: root } },
      (name) => writeFile(join(root, name.replace('/', '-')), picture),
    );
    await rm(root, { recursive: true, force: true });
  }
  if (objects > 0) {
    const ceph = await startCeph(join(folder, 'ceph'), store, closing);
    const bucket = await makeBucket(ceph.connection, 'large_bucket', closing);
    say(`Writing ${objects} objects …`);
    await fillBucket(bucket, objects, picture, (done) => {
      say(`  ${done}`);
    });
    const { endpoint, accessKeyId, secretAccessKey } = ceph.connection;
    await measure(
      `A bucket with ${objects} objects (Ceph RGW, ${store})`,
      {
        database: postgres.urlOf('large_bucket'),
        place: { kind: 's3', bucket: bucket.name, endpoint: endpoint.href, accessKeyId, secretAccessKey },
      },
      (name) => bucket.put(name, picture),
    );
  }
}

try {
  await main();
} catch (thrown) {
  process.exitCode = 1;
  console.error(thrown instanceof Error ? thrown.message : thrown);
} finally {
  await closing.close();
}

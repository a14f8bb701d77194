/** Looks over a bucket as a worker does, in a process of its own, so that its memory is nobody else's. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import { ignoring } from '../../src/pipeline/ignored.ts';
import { Outages } from '../../src/pipeline/outages.ts';
import { type DiscoverOptions, discoverOnce } from '../../src/pipeline/pass.ts';
import { Recent } from '../../src/pipeline/recent.ts';
import { Settling } from '../../src/pipeline/settling.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { openFolderStore } from '../../src/store/folder/store.ts';
import { openS3Store } from '../../src/store/s3/store.ts';
import { parsePeakBytes } from '../measure/procStat.ts';
import { connectionOf } from '../servers/connection.ts';
import { type Answer, questionSchema, type Setting, settingSchema } from './question.ts';

const setting = settingSchema.parse(JSON.parse(process.env['BENCH_SETTING'] ?? ''));
const pool = openPool(connectionOf(setting.database));
await migrate(pool);
const ledger = openLedger(pool, 'images');
const input = await open(setting.place);
const { partialWritesVisible } = await input.probe();
/** When the first images of a look were queued. */
const queuedAt: number[] = [];
const options: DiscoverOptions = {
  input,
  ledger: {
    ...ledger,
    enqueue: async (...given) => {
      const queued = await ledger.enqueue(...given);
      if (queued > 0) queuedAt.push(performance.now());
      return queued;
    },
  },
  outages: new Outages(),
  clock: systemClock,
  partialWritesVisible,
  poll: 2_000,
  settle: 250,
  ignored: ignoring([]),
};
const settling = new Settling(options.settle, systemClock);
const recent = new Recent();
const signal = new AbortController().signal;
const before = peak();

process.on('message', (message) => {
  void answer(message).then((said) => said !== undefined && process.send?.(said));
});
process.send?.('ready');

async function answer(message: unknown): Promise<Answer | undefined> {
  const question = questionSchema.parse(message);
  if (question === 'end') {
    await input.close();
    await pool.end();
    process.disconnect();
    return undefined;
  }
  queuedAt.length = 0;
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const queued = question === 'pass' ? await pass() : await recent.look(options, settling, signal);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const [first] = queuedAt;
  return {
    seconds,
    ...(first !== undefined && { firstSeconds: (first - begun) / 1000 }),
    queued,
    cpu: (user + system) / 1e6,
    peak: peak(),
    before,
  };
}

async function pass(): Promise<number> {
  recent.beginPass();
  const { queued } = await discoverOnce(options, settling, signal, (page, after) => {
    recent.saw(page, after);
  });
  return queued;
}

function open(place: Setting['place']): ObjectStore | Promise<ObjectStore> {
  if (place.kind === 'folder') return openFolderStore(place.path);
  const { bucket, endpoint, ...keys } = place;
  return openS3Store({ endpoint: new URL(endpoint), region: 'us-east-1', ...keys }, bucket);
}

function peak(): number {
  return parsePeakBytes(readFileSync('/proc/self/status', 'utf8')) ?? 0;
}

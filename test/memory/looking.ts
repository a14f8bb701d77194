import { holdsOf } from './facts.ts';
import type { ImageState } from '../../src/image/state.ts';
import type { ImageRow, LogFilter } from '../../src/ledger/contract/images.ts';
import type { LedgerRecord } from '../../src/ledger/contract/record.ts';
import type { LedgerStatus } from '../../src/ledger/contract/status.ts';
import type { MemoryDatabase } from './database.ts';
import type { Image, KeptRecord } from './tables.ts';

/** What the ledger in memory shows: filters and orders of src/ledger/images.ts, records.ts and status.ts. */
export function imagesOf(database: MemoryDatabase, pipeline: string, filter: LogFilter): ImageRow[] {
  const named = matcher(filter.name);
  const found = mine(database, pipeline).filter(
    (image) =>
      (filter.imageId === undefined || image.id === filter.imageId) &&
      (filter.states === undefined || filter.states.includes(image.state)) &&
      within(image.changedAt, filter) &&
      (named(image.key) ||
        database.tables.records.some((record) => record.imageId === image.id && named(record.outputKey))),
  );
  return cut(found, filter, (image) => [image.changedAt, image.id]).map(imageRow);
}

export function recordsOf(database: MemoryDatabase, pipeline: string, filter: LogFilter): LedgerRecord[] {
  const named = matcher(filter.name);
  const { images, records } = database.tables;
  const isCurrent = ({ id, outputBucket, outputKey }: KeptRecord): boolean =>
    database.outputKey(outputBucket, outputKey)?.written?.record === id;
  const found = records.filter(
    (record) =>
      record.image.pipeline === pipeline &&
      (filter.imageId === undefined || record.imageId === filter.imageId) &&
      (filter.states?.includes(images.get(record.imageId)?.state ?? 'queued') ?? true) &&
      within(record.at, filter) &&
      (filter.afterRecord === undefined || record.id > filter.afterRecord) &&
      (filter.currentOnly !== true || isCurrent(record)) &&
      (filter.facts === undefined || holdsOf(filter.facts, record)) &&
      (named(record.image.key) || named(record.outputKey)),
  );
  return cut(found, filter, (record) => [filter.afterRecord === undefined ? record.at : 0, record.id]);
}

export function countsOf(database: MemoryDatabase, pipeline: string): Record<ImageState, number> {
  const counts = { queued: 0, processing: 0, done: 0, rejected: 0, failed: 0, superseded: 0, skipped: 0 };
  for (const image of mine(database, pipeline)) counts[image.state]++;
  return counts;
}

export function statusOf(database: MemoryDatabase, pipeline: string): LedgerStatus {
  const now = database.now();
  const images = mine(database, pipeline);
  const changes = (...states: ImageState[]): number[] =>
    images.filter(({ state }) => states.includes(state)).map(({ changedAt }) => changedAt);
  const done = changes('done');
  const latest = (times: number[]): Date | undefined =>
    times.length === 0 ? undefined : new Date(Math.max(...times));
  const queued = images.filter(({ state }) => state === 'queued').map(({ queuedAt }) => queuedAt);
  const { records, workers, outages } = database.tables;
  return {
    counts: countsOf(database, pipeline),
    records: records.filter(({ image }) => image.pipeline === pipeline).length,
    oldestQueuedAt: queued.length === 0 ? undefined : new Date(Math.min(...queued)),
    lastDoneAt: latest(done),
    lastEndedAt: latest(changes('done', 'rejected', 'failed', 'superseded', 'skipped')),
    lastPass: undefined,
    now: new Date(now),
    doneLastMinute: done.filter((at) => at > now - 60_000).length,
    doneLastHour: done.filter((at) => at > now - 3_600_000).length,
    failures: failuresOf(images),
    workers: [...workers.values()]
      .filter((worker) => worker.pipeline === pipeline)
      .map((worker) => {
        const { id, version, startedAt, session } = worker;
        const inWork = images
          .filter((image) => image.worker === id && image.state === 'processing')
          .sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
        const longest = inWork[0];
        return {
          id,
          host: 'memory',
          pid: 1,
          version,
          startedAt: new Date(startedAt),
          alive: database.isHeld(worker),
          discovering: database.leaders.get(pipeline) === session,
          processing: inWork.length,
          longest: longest && { key: longest.key, since: new Date(longest.startedAt ?? 0) },
        };
      }),
    outages: [...outages]
      .filter(([name]) => name.startsWith(`${pipeline} `))
      .flatMap(([name, told]) =>
        told.map(({ resource, url, failure, since }) => ({
          worker: name.slice(pipeline.length + 1),
          resource,
          url,
          failure,
          since: new Date(since),
        })),
      )
      .sort((a, b) => a.since.getTime() - b.since.getTime()),
  };
}

function failuresOf(images: readonly Image[]): LedgerStatus['failures'] {
  const counts = new Map<string, LedgerStatus['failures'][number]>();
  for (const { state, failure } of images) {
    if (state !== 'rejected' && state !== 'failed') continue;
    const code = failure?.code ?? 'internal';
    const known = counts.get(`${code} ${state}`);
    counts.set(`${code} ${state}`, { code, state, count: (known?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function mine(database: MemoryDatabase, pipeline: string): Image[] {
  return [...database.tables.images.values()].filter((image) => image.pipeline === pipeline);
}

function within(time: number, { since, until }: LogFilter): boolean {
  return (since === undefined || time >= since.getTime()) && (until === undefined || time < until.getTime());
}

function matcher(name: string | undefined): (key: string) => boolean {
  if (name === undefined) return () => true;
  if (!/[*?]/.test(name)) return (key) => key.includes(name);
  const literal = name.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
  return (key) => pattern.test(key);
}

function cut<T>(rows: readonly T[], filter: LogFilter, order: (row: T) => readonly [number, bigint]): T[] {
  const sign = filter.oldestFirst === true ? 1 : -1;
  return [...rows]
    .sort((one, other) => {
      const [a, idA] = order(one);
      const [b, idB] = order(other);
      return sign * (a - b || Number(idA - idB));
    })
    .slice(0, filter.limit);
}

function imageRow(image: Image): ImageRow {
  const { id, pipeline, bucket, key, etag, size, state, round, attempts, worker, failure, movedTo } = image;
  const date = (time: number | undefined): Date | undefined =>
    time === undefined ? undefined : new Date(time);
  return {
    id,
    image: { pipeline, bucket, key, etag },
    size,
    state,
    round,
    attempts,
    worker,
    discoveredAt: new Date(image.discoveredAt),
    queuedAt: new Date(image.queuedAt),
    startedAt: date(image.startedAt),
    settledAt: date(image.settledAt),
    failure,
    movedTo,
  };
}

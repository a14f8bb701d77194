import type { Attempt } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import type { MemoryDatabase } from './database.ts';
import { finishedOf, statesOf } from './finished.ts';
import { countsOf, imagesOf, recordsOf, statusOf } from './looking.ts';
import { begin, commit, enqueue, fresh, grantKeys, reprocess, settle } from './protocol.ts';
import { directly, type Wire } from './wire.ts';

/** A client of a ledger in memory. Keeps the ledger's contract: `ledger.test.ts` runs its suite. */
export function openMemoryLedger(database: MemoryDatabase, pipeline: string, wire: Wire = directly): Ledger {
  const call = <T>(method: string, about: string, effect: () => T, attempt?: Attempt): Promise<T> =>
    wire({ name: `ledger.${method}`, about, ...(attempt !== undefined && { attempt }) }, effect);
  async function* shown<T>(method: string, rows: () => T[]): AsyncGenerator<T> {
    yield* await call(method, '', rows);
  }
  return {
    now: () => call('now', '', () => new Date(database.now())),
    enqueue: (bucket, objects, listedAt) =>
      call('enqueue', objects.map(({ key }) => key).join(', '), () =>
        enqueue(database, pipeline, bucket, objects, listedAt),
      ),
    begin: (imageId, options) =>
      call('begin', nameOf(database, imageId), () => begin(database, pipeline, imageId, options)),
    commit: (attempt, records, recipe, archived) =>
      call('commit', attempt.image.key, () => commit(database, attempt, records, recipe, archived), attempt),
    grant: (attempt, wish) =>
      call('grant', attempt.image.key, () => grantKeys(database, attempt, wish), attempt),
    finished: (filter) => shown('finished', () => finishedOf(database, pipeline, filter)),
    reprocess: (ids) =>
      call('reprocess', '', () => {
        const found = ids.map((id) => database.image(pipeline, id));
        return found.filter((image) => image !== undefined && reprocess(database, image)).length;
      }),
    statesOf: (bucket, objects) => call('statesOf', '', () => statesOf(database, pipeline, bucket, objects)),
    settle: (attempt, settlement) =>
      call(
        'settle',
        `${attempt.image.key} ${settlement.state}`,
        () => settle(database, attempt, settlement),
        attempt,
      ),
    holds: ({ imageId, token, image }) =>
      call('holds', image.key, () => {
        const there = database.image(pipeline, imageId);
        return there?.token === token && there.state !== 'queued';
      }),
    retry: ({ ids, states = ['rejected', 'failed'], name }) =>
      call('retry', '', () => {
        const filter = { states, ...(name !== undefined && { name }) };
        const found = imagesOf(database, pipeline, filter).filter(({ id }) => ids?.includes(id) ?? true);
        for (const { id } of found) {
          const image = database.image(pipeline, id);
          if (image !== undefined) fresh(database, image);
        }
        return found.length;
      }),
    status: () => call('status', '', () => statusOf(database, pipeline)),
    counts: () => call('counts', '', () => countsOf(database, pipeline)),
    images: (filter) => shown('images', () => imagesOf(database, pipeline, filter)),
    records: (filter) => shown('records', () => recordsOf(database, pipeline, filter)),
    knownOutputs: (bucket, keys) =>
      call(
        'knownOutputs',
        '',
        () => new Set(keys.filter((key) => database.outputKey(bucket, key)?.written !== undefined)),
      ),
    reportOutages: (worker, outages) =>
      call('reportOutages', '', () => {
        const since = database.now();
        const told = outages.map((outage) => ({ ...outage, since: since - outage.age }));
        database.tables.outages.set(`${pipeline} ${worker}`, told);
      }),
  };
}

function nameOf(database: MemoryDatabase, imageId: bigint): string {
  return database.tables.images.get(imageId)?.key ?? `image ${imageId}`;
}

/** Alerts on a real ledger: what is told, once, by one of many, and that it is over. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { conditionsOf } from '../../src/alerts/conditions.ts';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { type AlertOptions, AlertWatch } from '../../src/alerts/watch.ts';
import { webHook } from '../../src/alerts/webHook.ts';
import type { KuvaError } from '../../src/image/failure.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { Ledger, LedgerStatus, Monitor } from '../../src/ledger/contract.ts';
import { lockClasses } from '../../src/ledger/locks.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openMonitor } from '../../src/ledger/monitor.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { stalledSince } from '../../src/pipeline/stalled.ts';
import { openLine } from '../servers/line.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { openReceiver } from './receiver.ts';

interface Yard {
  readonly ledger: Ledger;
  readonly monitor: Monitor;
  readonly pool: LedgerPool;
  /** Has a worker register as alive, as the queue does it. @returns what kills it */
  readonly register: (worker: string) => Promise<() => void>;
  /** Puts an image in, and sets it aside. */
  readonly reject: (...keys: string[]) => Promise<void>;
  readonly watch: (more?: Partial<AlertOptions>) => {
    watch: AlertWatch;
    sent: AlertMessage[];
    troubles: KuvaError[];
  };
}

const minutes = (count: number): number => count * 60_000;

/** As the queue does it: a row, and a lock that goes with its connection. */
async function registerOn(pool: LedgerPool, worker: string): Promise<() => void> {
  const client = await pool.connect();
  let dead = false;
  const kill = (): void => {
    if (!dead) client.release(true);
    dead = true;
  };
  onTestFinished(kill);
  await client.query(
    "select kuva.register_worker($1, (select id from kuva.pipelines where name = 'images'), 'h', 1, '1', '{}', 60000, $2)",
    [worker, lockClasses.worker],
  );
  return kill;
}

async function openYard(): Promise<Yard> {
  const database = await freshDatabase(inject('postgres'));
  const [pool, living] = [openPool(database.connection), openPool(database.connection, 10)];
  onTestFinished(async () => {
    await Promise.all([pool.end(), living.end()]);
    await database.drop();
  });
  const ledger = openLedger(pool, 'images');
  await ledger.counts();
  const monitor = openMonitor(pool, 'images');
  let number = 0;
  return {
    ledger,
    monitor,
    pool,
    register: (worker) => registerOn(living, worker),
    reject: async (...keys) => {
      const objects = keys.map((key) => ({
        key: parseObjectKey(key),
        etag: `e${++number}`,
        size: 10,
        lastModified: new Date(),
      }));
      await ledger.enqueue('in', objects, await ledger.now());
      const rows = [];
      for await (const row of ledger.images({ states: ['queued'] })) rows.push(row);
      for (const { id } of rows) {
        const options = {
          worker: 'w',
          wanted: [],
          outputBucket: 'out',
          conflict: 'keep-both',
          maxAttempts: 1,
        } as const;
        const begun = await ledger.begin(id, options);
        if (begun.outcome !== 'begun') throw new Error(begun.outcome);
        const failure = { code: 'not-an-image', what: 'It is a text' } as const;
        await ledger.settle(begun.attempt, { state: 'rejected', failure });
      }
    },
    watch: (more = {}) => {
      const sent: AlertMessage[] = [];
      const troubles: KuvaError[] = [];
      const watch = new AlertWatch({
        ledger,
        monitor,
        hooks: [{ name: 'test', send: (message) => Promise.resolve(void sent.push(message)) }],
        pipeline: 'images',
        worker: 'w1',
        leads: false,
        thresholds: { interval: minutes(15), stalled: minutes(15), outage: minutes(5) },
        onTrouble: (failure) => troubles.push(failure),
        ...more,
      });
      return { watch, sent, troubles };
    },
  };
}

/** As if that much time had passed since all that is in the ledger. */
const timePasses = (pool: LedgerPool, what: string): Promise<unknown> => pool.query(what);

describe('images that were set aside', () => {
  it('are told at once, then together and not before the interval is over, and that none is left', async () => {
    const { reject, watch: open, ledger, pool } = await openYard();
    const { watch, sent } = open();
    await watch.look();
    expect(sent).toEqual([]);
    await reject('notes.txt');
    await watch.look();
    expect(sent).toMatchObject([
      {
        alert: 'images-set-aside',
        status: 'raised',
        details: { new: 1, total: 1, examples: [{ key: 'notes.txt' }] },
      },
    ]);
    expect(sent[0]?.text).toContain('1 image was set aside: 1 not an image. The last one: notes.txt.');
    await reject(...Array.from({ length: 30 }, (_, at) => `${at}.txt`));
    await watch.look();
    await watch.look();
    expect(sent).toHaveLength(1);
    await timePasses(pool, "update kuva.alerts set told_at = told_at - interval '16 minutes'");
    await watch.look();
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({
      status: 'again',
      details: { new: 30, total: 31, reasons: [{ code: 'not-an-image', state: 'rejected', count: 30 }] },
    });
    // Nothing new: nothing to say, however much time passes.
    await timePasses(pool, "update kuva.alerts set told_at = told_at - interval '1 day'");
    await watch.look();
    expect(sent).toHaveLength(2);

    await ledger.retry({});
    await watch.look();
    await watch.look();
    expect(sent.slice(2)).toMatchObject([{ alert: 'images-set-aside', status: 'resolved' }]);
    await reject('again.txt');
    await watch.look();
    expect(sent.slice(3)).toMatchObject([{ status: 'raised' }]);
  });

  it('are told again when one comes back after a retry, although there are as many as before', async () => {
    const { reject, watch: open, ledger, pool } = await openYard();
    const { watch, sent } = open();
    await reject('a.txt', 'b.txt');
    await watch.look();
    await ledger.retry({ name: 'b.txt' });
    await reject();
    await timePasses(pool, "update kuva.alerts set told_at = told_at - interval '16 minutes'");
    await watch.look();
    expect(sent.slice(1)).toMatchObject([
      { status: 'again', details: { new: 1, total: 2, examples: [{ key: 'b.txt' }] } },
    ]);
  });
});

describe('one of many workers', () => {
  it('sends, not all; another takes over when it is gone, and neither repeats nor forgets', async () => {
    const { reject, watch: open, register, ledger } = await openYard();
    const crowd: (ReturnType<Yard['watch']> & { kill: () => void })[] = [];
    for (const worker of ['w0', 'w1', 'w2', 'w3', 'w4'])
      crowd.push({ ...open({ worker }), kill: await register(worker) });
    const lookAll = async (): Promise<AlertMessage[]> => {
      await Promise.all(crowd.map(({ watch }) => watch.look()));
      return crowd.flatMap(({ sent }) => sent);
    };
    await reject('a.txt');
    expect(await lookAll()).toHaveLength(1);
    expect(await lookAll()).toHaveLength(1);
    const [first] = crowd.filter(({ sent }) => sent.length > 0);
    const others = crowd.filter((one) => one !== first);
    await ledger.retry({});
    // Killed, just before it would have said that: another says it, as soon as the lock is gone.
    first?.kill();
    await expect
      .poll(
        async () => {
          await Promise.all(others.map(({ watch }) => watch.look()));
          return others.flatMap(({ sent }) => sent);
        },
        { timeout: 20_000 },
      )
      .toMatchObject([{ status: 'resolved' }]);
    // The late one comes back, and has nothing to say.
    await first?.watch.look();
    expect(crowd.flatMap(({ sent }) => sent)).toHaveLength(2);
  });

  it('gives its turn away when it leaves', async () => {
    const { reject, watch: open, register } = await openYard();
    await register('one');
    const [one, two] = [open({ worker: 'one' }), open({ worker: 'two' })];
    await one.watch.look();
    await reject('a.txt');
    await two.watch.look();
    expect(two.sent).toEqual([]);
    await one.watch.leave();
    await two.watch.look();
    expect(two.sent).toHaveLength(1);
  });
});

describe('a hook that fails', () => {
  it('is told, tried again at the next look, and the message is not lost', async () => {
    const { reject, watch: open } = await openYard();
    const receiver = await openReceiver();
    const hook = webHook({ url: new URL(receiver.url), header: 'X', hide: (text) => text, tries: 1 });
    const { watch, troubles } = open({ hooks: [hook] });
    receiver.answer(500);
    await reject('a.txt');
    await watch.look();
    expect(troubles).toMatchObject([{ code: 'alert-failed' }]);
    receiver.answer(204);
    await watch.look();
    await watch.look();
    expect(receiver.messages).toMatchObject([{ alert: 'images-set-aside', status: 'raised' }]);
  });
});

describe('what goes on', () => {
  it('an outage that lasts is told once, with the remedy, and when it is over', async () => {
    const { watch: open, ledger, pool } = await openYard();
    const { watch, sent } = open();
    const failure = {
      code: 'store-denied',
      what: 'The bucket refuses access',
      remedy: 'Renew the key.',
    } as const;
    for (const worker of ['a', 'b'])
      await ledger.reportOutages(worker, [{ resource: 'output', url: 's3://out', failure, age: 0 }]);
    await watch.look();
    expect(sent).toEqual([]);
    await timePasses(pool, "update kuva.outages set since = since - interval '6 minutes'");
    await watch.look();
    await watch.look();
    expect(sent).toMatchObject([
      {
        alert: 'outage',
        status: 'raised',
        details: { code: 'store-denied', remedy: 'Renew the key.', workers: ['a', 'b'] },
      },
    ]);
    expect(sent[0]?.text).toContain(
      'The bucket refuses access, for 6 min now. Nothing is lost; 2 workers wait for it.',
    );
    for (const worker of ['a', 'b']) await ledger.reportOutages(worker, []);
    await watch.look();
    expect(sent.slice(1)).toMatchObject([{ alert: 'outage', status: 'resolved' }]);
  });

  it('a database that is away is told by the worker that had the turn, and that it is back', async () => {
    const database = await freshDatabase(inject('postgres'));
    const line = await openLine(database.connection.host, database.connection.port);
    const pool = openPool({ ...database.connection, port: line.port });
    const direct = openPool(database.connection);
    onTestFinished(async () => {
      await Promise.all([pool.end(), direct.end()]);
      await line.close();
      await database.drop();
    });
    const [ledger, monitor] = [openLedger(pool, 'images'), openMonitor(pool, 'images')];
    const { watch: open } = await openYard();
    const thresholds = { interval: minutes(15), stalled: minutes(15), outage: 1 };
    const [holder, other] = ['w1', 'w2'].map((worker) => open({ ledger, monitor, worker, thresholds }));
    if (holder === undefined || other === undefined) throw new Error('two');
    await ledger.counts();
    await registerOn(direct, 'w1');
    await holder.watch.look();
    await other.watch.look();
    line.cut();
    for (let looks = 0; looks < 3; looks++) {
      await holder.watch.look();
      await other.watch.look();
    }
    expect(holder.sent).toMatchObject([{ alert: 'outage', status: 'raised' }]);
    line.mend();
    await expect
      .poll(
        async () => {
          await holder.watch.look();
          return holder.sent.length;
        },
        { timeout: 30_000 },
      )
      .toBe(2);
    expect(holder.sent[1]).toMatchObject({ alert: 'outage', status: 'resolved' });
    await other.watch.look();
    expect(other.sent).toEqual([]);
  });

  it('images that wait while nothing comes to an end are told, and when something does', async () => {
    const { watch: open, ledger, pool, reject } = await openYard();
    const { watch, sent } = open();
    await reject('before.txt');
    await watch.look();
    sent.length = 0;
    const object = { key: parseObjectKey('a.jpg'), etag: 'e', size: 1, lastModified: new Date() };
    await timePasses(
      pool,
      "update kuva.images set changed_at = changed_at - interval '1 day', queued_at = queued_at - interval '1 day'",
    );
    await ledger.enqueue('in', [object], await ledger.now());
    await watch.look();
    // A quiet day, and then an image: that is no standstill.
    expect(sent).toEqual([]);
    await timePasses(
      pool,
      "update kuva.images set queued_at = queued_at - interval '16 minutes' where state = 'queued'",
    );
    await watch.look();
    await watch.look();
    expect(sent).toMatchObject([
      { alert: 'nothing-moving', status: 'raised', details: { queued: 1, workers: 0 } },
    ]);
    await reject();
    await watch.look();
    expect(sent.slice(1)).toMatchObject([{ alert: 'nothing-moving', status: 'resolved' }]);
  });
});

describe('a standstill', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const ago = (count: number): Date => new Date(now.getTime() - minutes(count));
  const base: LedgerStatus = {
    counts: { queued: 0, processing: 0, done: 5, rejected: 0, failed: 0, superseded: 0 },
    records: 5,
    oldestQueuedAt: undefined,
    lastDoneAt: undefined,
    lastEndedAt: undefined,
    lastPass: undefined,
    now,
    doneLastMinute: 0,
    doneLastHour: 0,
    failures: [],
    workers: [],
    outages: [],
  };
  const since = (more: Partial<LedgerStatus>): Date | undefined =>
    stalledSince({ ...base, ...more }, minutes(15));
  const queued = { ...base.counts, queued: 1 };

  it('is when images wait and none ends; not when none waits, when one ended lately, when they came lately', () => {
    expect(since({ lastEndedAt: ago(60) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(60), lastEndedAt: ago(20) })).toEqual(ago(20));
    expect(since({ counts: queued, oldestQueuedAt: ago(60), lastEndedAt: ago(1) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(1), lastEndedAt: ago(60) })).toBeUndefined();
    expect(since({ counts: queued, oldestQueuedAt: ago(60) })).toEqual(ago(60));
  });

  it('is also when the last image of all is in work, and does not end', () => {
    const worker = {
      id: 'w',
      host: 'h',
      pid: 1,
      version: '1',
      startedAt: ago(90),
      alive: true,
      discovering: true,
      processing: 1,
    };
    const longest = { key: parseObjectKey('a.jpg'), since: ago(30) };
    const counts = { ...base.counts, processing: 1 };
    expect(since({ counts, workers: [{ ...worker, longest }] })).toEqual(ago(30));
    expect(
      conditionsOf(
        { ...base, counts, workers: [{ ...worker, longest }] },
        { stalled: minutes(15), outage: 1 },
      ),
    ).toMatchObject([{ name: 'nothing-moving', details: { processing: 1 } }]);
  });
});

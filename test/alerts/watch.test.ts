/** Alerts on a real ledger: what is told, once, by one of many, and that it is over. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { webHook } from '../../src/alerts/webHook.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openMonitor } from '../../src/ledger/monitor.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openLine } from '../servers/line.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { openReceiver } from './receiver.ts';
import { minutes, openYard, registerOn, timePasses, type Yard } from './yard.ts';

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

  it('workers of whom none looks for new images are told after two minutes, and that one does', async () => {
    const { watch: open, ledger, register } = await openYard();
    await register('w1');
    let ahead = 0;
    let discovering = false;
    // Who discovers is a lock that a whole queue holds; here only what the ledger says of it matters.
    const seen: Ledger = {
      ...ledger,
      status: async () => {
        const status = await ledger.status();
        return {
          ...status,
          now: new Date(status.now.getTime() + ahead),
          workers: status.workers.map((worker) => ({ ...worker, discovering })),
        };
      },
    };
    const { watch, sent } = open({ ledger: seen, leads: true });
    const asked = open({ ledger: seen, leads: false });
    await watch.look();
    ahead = minutes(1.9);
    await watch.look();
    expect(sent).toEqual([]);
    ahead = minutes(2.1);
    await watch.look();
    await watch.look();
    expect(sent).toMatchObject([{ alert: 'leader-missing', status: 'raised', details: { workers: 1 } }]);
    discovering = true;
    await watch.look();
    expect(sent.slice(1)).toMatchObject([{ alert: 'leader-missing', status: 'resolved' }]);
    // A worker that never discovers does not expect it of others either.
    discovering = false;
    await asked.watch.look();
    ahead = minutes(10);
    await asked.watch.look();
    expect(asked.sent).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { KuvaError } from '../../src/image/failure.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { LedgerStatus } from '../../src/ledger/contract/status.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openMonitor } from '../../src/ledger/monitor.ts';
import { openPool } from '../../src/ledger/pool.ts';
import type { NoticedOutage } from '../../src/pipeline/outages.ts';
import { ledgerMetrics, ownMetrics, processMetrics } from '../../src/web/metrics/definitions.ts';
import { OwnMetrics } from '../../src/web/metrics/own.ts';
import { metricsPlug } from '../../src/web/metricsPlug.ts';
import { startWebServer } from '../../src/web/server.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { ask } from './ask.ts';
import { type Family, parseExposition } from './exposition.ts';
import { doneEvent, failedEvent, lostEvent } from './sampleEvents.ts';

const outages: NoticedOutage[] = [];
const anObject = { etag: 'e', size: 10, lastModified: new Date(0) };

function makeOwn(): OwnMetrics {
  return new OwnMetrics({
    version: '1.2.3',
    pipeline: 'images',
    concurrency: 4,
    underWay: () => 3,
    outages: () => outages,
  });
}

async function scrape(
  own: OwnMetrics,
  ledger: () => Promise<LedgerStatus>,
): Promise<() => Promise<Map<string, Family>>> {
  const server = await startWebServer({
    listen: { host: '127.0.0.1', port: 0 },
    open: [],
    guarded: [metricsPlug(own, ledger)],
  });
  onTestFinished(() => server.close());
  return async () => {
    const { status, text, headers } = await ask(`${server.url}/metrics`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4; charset=utf-8/);
    return parseExposition(text);
  };
}

const down = (): Promise<never> => Promise.reject(new KuvaError('database-unreachable', { what: 'gone' }));

function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const family = name.replace(/_(bucket|sum|count)$/, '');
  return (families.get(name) ?? families.get(family))?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

describe('/metrics', () => {
  it('counts what this process does, in the format that Prometheus reads', async () => {
    const own = makeOwn();
    const look = await scrape(own, down);
    const before = await look();
    expect(valueOf(before, 'kuva_images_total', { outcome: 'done' })).toBe(0);
    for (const event of [doneEvent(), doneEvent(), lostEvent, failedEvent('rejected'), failedEvent('failed')])
      own.image(event);
    outages.push({
      resource: 'output',
      failure: new KuvaError('store-unreachable', { what: 'away' }),
      since: new Date(Date.now() - 60_000),
    });
    const after = await look();
    outages.length = 0;
    expect(valueOf(after, 'kuva_up', { version: '1.2.3', pipeline: 'images' })).toBe(1);
    expect(valueOf(after, 'kuva_images_total', { outcome: 'done' })).toBe(2);
    expect(valueOf(after, 'kuva_images_total', { outcome: 'lost' })).toBe(1);
    expect(
      valueOf(after, 'kuva_image_failures_total', { code: 'transform-failed', outcome: 'rejected' }),
    ).toBe(1);
    expect(valueOf(after, 'kuva_image_bytes_total', { direction: 'input' })).toBe(2000);
    expect(valueOf(after, 'kuva_image_bytes_total', { direction: 'output' })).toBe(1200);
    expect(valueOf(after, 'kuva_phase_duration_seconds_count', { phase: 'transform' })).toBe(5);
    expect(valueOf(after, 'kuva_phase_duration_seconds_sum', { phase: 'transform' })).toBeCloseTo(1.25);
    expect(valueOf(after, 'kuva_phase_duration_seconds_bucket', { phase: 'get', le: '0.01' })).toBe(0);
    expect(valueOf(after, 'kuva_phase_duration_seconds_bucket', { phase: 'get', le: '0.025' })).toBe(5);
    expect(valueOf(after, 'kuva_under_way')).toBe(3);
    expect(valueOf(after, 'kuva_outage_seconds', { resource: 'output' })).toBeGreaterThanOrEqual(60);
    expect(valueOf(after, 'kuva_outage_seconds', { resource: 'input' })).toBe(0);
    expect(valueOf(after, 'process_resident_memory_bytes')).toBeGreaterThan(10e6);
    expect(valueOf(after, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('answers while the database is down, and says so', async () => {
    const look = await scrape(makeOwn(), down);
    const families = await look();
    expect(valueOf(families, 'kuva_ledger_up')).toBe(0);
    for (const name of Object.keys(ledgerMetrics)) expect(families.has(name), name).toBe(false);
  });

  it('asks the ledger at most once, however many ask at the same time and soon after', async () => {
    let asked = 0;
    const look = await scrape(makeOwn(), () => {
      asked++;
      return down();
    });
    await Promise.all([look(), look(), look()]);
    // A failure is not remembered, but three at once are one question.
    expect(asked).toBeLessThan(4);
    const database = await freshDatabase(inject('postgres'));
    const pool = openPool(database.connection);
    onTestFinished(async () => {
      await pool.end();
      await database.drop();
    });
    const ledger = openLedger(pool, 'images');
    let times = 0;
    const lookAgain = await scrape(makeOwn(), () => {
      times++;
      return ledger.status();
    });
    await lookAgain();
    await lookAgain();
    expect(times).toBe(1);
  });

  it('tells of the whole pipeline from the ledger; no label holds a key; every metric is in the table of the docs', async () => {
    const database = await freshDatabase(inject('postgres'));
    const pool = openPool(database.connection);
    onTestFinished(async () => {
      await pool.end();
      await database.drop();
    });
    const ledger = openLedger(pool, 'images');
    await openMonitor(pool, 'images').reportPass('w', { seen: 12, queued: 3, took: 40 });
    const listed = await ledger.now();
    await ledger.enqueue(
      'input_bucket',
      ['a.jpg', 'b.jpg', 'c.jpg'].map((key) => ({ ...anObject, key: parseObjectKey(key) })),
      listed,
    );
    const own = makeOwn();
    own.image(failedEvent('failed', new KuvaError('image-damaged', { what: 'x' }), 'a key.jpg'));
    const look = await scrape(own, () => ledger.status());
    await look();
    const families = await look();
    expect(valueOf(families, 'kuva_ledger_up')).toBe(1);
    expect(valueOf(families, 'kuva_queue_images', { state: 'queued' })).toBe(3);
    expect(valueOf(families, 'kuva_last_pass_objects')).toBe(12);
    expect(valueOf(families, 'kuva_last_pass_age_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf(families, 'kuva_leaders')).toBe(0);
    const labels = [...families.values()].flatMap(({ samples }) =>
      samples.flatMap((one) => Object.values(one.labels)),
    );
    expect(labels.join(' ')).not.toMatch(/\.jpg|input_bucket/);

    const defined = { ...ownMetrics, ...processMetrics, ...ledgerMetrics };
    for (const [name, family] of families) {
      const definition = Object.entries(defined).find(([known]) => known === name)?.[1];
      expect(definition, `${name} is not in definitions.ts`).toBeDefined();
      expect(family.type, name).toBe(definition?.type);
      const used = new Set(
        family.samples.flatMap((sample) => Object.keys(sample.labels)).filter((key) => key !== 'le'),
      );
      for (const label of used) expect(definition?.labels, name).toContain(label);
    }
    const page = readFileSync('docs/monitoring.md', 'utf8');
    for (const name of Object.keys(defined)) expect(page).toContain(`| \`${name}\` |`);
    // What the page's rules and examples ask for is there.
    for (const [name] of page.matchAll(/\bkuva_[a-z_]+/g))
      expect(Object.keys(defined), name).toContain(name.replace(/_(bucket|sum|count)$/, ''));
  });
});

import { Gauge, Registry } from 'prom-client';
import type { LedgerStatus } from '../../ledger/contract/status.ts';
import { ledgerMetrics } from './definitions.ts';

/** What the ledger says of the whole pipeline, in Prometheus's text format. */
export function ledgerText(status: LedgerStatus): Promise<string> {
  const registry = new Registry();
  const gauge = <L extends string = never>(
    name: keyof typeof ledgerMetrics,
    labelNames: readonly L[] = [],
  ): Gauge<L> =>
    new Gauge({ name, help: ledgerMetrics[name].help, labelNames: [...labelNames], registers: [registry] });
  const age = (then: Date): number => Math.max(0, (status.now.getTime() - then.getTime()) / 1000);

  const queue = gauge('kuva_queue_images', ['state']);
  for (const [state, count] of Object.entries(status.counts)) queue.set({ state }, count);
  const setAside = gauge('kuva_set_aside_images', ['code']);
  for (const { code, count } of status.failures) setAside.inc({ code }, count);
  gauge('kuva_records').set(status.records);
  gauge('kuva_oldest_queued_seconds').set(
    status.oldestQueuedAt === undefined ? 0 : age(status.oldestQueuedAt),
  );
  if (status.lastEndedAt !== undefined) gauge('kuva_since_last_end_seconds').set(age(status.lastEndedAt));
  if (status.lastPass !== undefined) {
    gauge('kuva_last_pass_age_seconds').set(age(status.lastPass.at));
    gauge('kuva_last_pass_objects').set(status.lastPass.seen);
  }
  const workers = gauge('kuva_workers', ['state']);
  const alive = status.workers.filter((worker) => worker.alive).length;
  workers.set({ state: 'alive' }, alive);
  workers.set({ state: 'dead' }, status.workers.length - alive);
  gauge('kuva_leaders').set(status.workers.filter(({ discovering }) => discovering).length);
  const outages = gauge('kuva_outages', ['code']);
  for (const { failure } of status.outages) outages.inc({ code: failure.code });
  return registry.metrics();
}

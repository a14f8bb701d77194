import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ImageEvent } from '../../pipeline/event.ts';
import type { NoticedOutage, Resource } from '../../pipeline/outages.ts';
import { ownMetrics } from './definitions.ts';
import { addProcessMetrics } from './process.ts';

/** Seconds. From a thumbnail's transform to what waits behind a long outage. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

const outcomes = {
  done: true,
  rejected: true,
  failed: true,
  superseded: true,
  skipped: true,
  'attempt-failed': true,
  postponed: true,
  lost: true,
} as const satisfies Record<ImageEvent['kind'], true>;

const resources = {
  input: true,
  reading: true,
  removal: true,
  output: true,
  rejected: true,
  archive: true,
  database: true,
  decoder: true,
} as const satisfies Record<Resource, true>;

export interface OwnMetricsOptions {
  readonly version: string;
  readonly pipeline: string;
  readonly concurrency: number;
  readonly underWay: () => number;
  readonly outages: () => readonly NoticedOutage[];
}

/** What this process counts of itself. An image costs it some microseconds; everything else is done when asked for. */
export class OwnMetrics {
  readonly #registry = new Registry();
  readonly #images: Counter<'outcome'>;
  readonly #failures: Counter<'code' | 'outcome'>;
  readonly #bytes: Counter<'direction'>;
  readonly #phases: Histogram<'phase'>;
  readonly #ledgerUp: Gauge;

  constructor({ version, pipeline, concurrency, underWay, outages }: OwnMetricsOptions) {
    const registers = [this.#registry];
    const about = <N extends keyof typeof ownMetrics>(name: N) => ({
      name,
      help: ownMetrics[name].help,
      registers,
    });
    new Gauge({ ...about('kuva_up'), labelNames: ['version', 'pipeline'] }).set({ version, pipeline }, 1);
    this.#images = new Counter({ ...about('kuva_images_total'), labelNames: ['outcome'] });
    this.#failures = new Counter({ ...about('kuva_image_failures_total'), labelNames: ['code', 'outcome'] });
    this.#bytes = new Counter({ ...about('kuva_image_bytes_total'), labelNames: ['direction'] });
    this.#phases = new Histogram({ ...about('kuva_phase_duration_seconds'), labelNames: ['phase'], buckets });
    this.#ledgerUp = new Gauge(about('kuva_ledger_up'));
    new Gauge({
      ...about('kuva_under_way'),
      collect() {
        this.set(underWay());
      },
    });
    new Gauge(about('kuva_concurrency')).set(concurrency);
    new Gauge({
      ...about('kuva_outage_seconds'),
      labelNames: ['resource'],
      collect() {
        const now = Date.now();
        const since = new Map(outages().map((outage) => [outage.resource, outage.since.getTime()]));
        for (const resource of Object.keys(resources).filter(isResource))
          this.set({ resource }, Math.max(0, now - (since.get(resource) ?? now)) / 1000);
      },
    });
    addProcessMetrics(this.#registry);
    // There from the start, so that the first one is an increase that a rate sees.
    for (const outcome of Object.keys(outcomes)) this.#images.inc({ outcome }, 0);
    for (const direction of ['input', 'output']) this.#bytes.inc({ direction }, 0);
  }

  image(event: ImageEvent): void {
    this.#images.inc({ outcome: event.kind });
    for (const [phase, milliseconds] of Object.entries(event.durations))
      this.#phases.observe({ phase }, milliseconds / 1000);
    if (event.kind === 'done') {
      this.#bytes.inc({ direction: 'input' }, event.size);
      this.#bytes.inc(
        { direction: 'output' },
        event.outputs.reduce((sum, { bytes }) => sum + bytes, 0),
      );
    } else if (event.kind !== 'lost') this.#failures.inc({ code: event.failure.code, outcome: event.kind });
  }

  /** Prometheus's text format, version 0.0.4. */
  async text(ledgerUp: boolean): Promise<string> {
    this.#ledgerUp.set(ledgerUp ? 1 : 0);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

function isResource(text: string): text is Resource {
  return Object.hasOwn(resources, text);
}

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { Counter, Gauge, type Registry } from 'prom-client';
import { processMetrics } from './definitions.ts';

/** Milliseconds. */
const resolution = 20;

/**
 * How the process itself is. The event loop is watched from the first question on only: until then it costs nothing,
 * and the first answer says nothing of it.
 */
export function addProcessMetrics(registry: Registry): void {
  const gauge = (name: keyof typeof processMetrics, value: () => number): void => {
    new Gauge({
      name,
      help: processMetrics[name].help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  const started = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', () => started);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: processMetrics.process_cpu_seconds_total.help,
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('process_resident_memory_bytes', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', () => process.memoryUsage().external);
  let delays: IntervalHistogram | undefined;
  const lag = new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: processMetrics.nodejs_eventloop_lag_seconds.help,
    labelNames: ['quantile'],
    registers: [registry],
    collect: () => {
      if (delays === undefined) {
        delays = monitorEventLoopDelay({ resolution });
        delays.enable();
        return;
      }
      if (delays.count === 0) return;
      // It measures from tick to tick: the tick itself is no lag.
      for (const quantile of [50, 99, 100]) {
        const seconds = Math.max(0, delays.percentile(quantile) / 1e9 - resolution / 1000);
        lag.set({ quantile: String(quantile / 100) }, seconds);
      }
      delays.reset();
    },
  });
}

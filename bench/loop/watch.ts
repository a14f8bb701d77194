/**
 * Loaded into `kuva run` before anything of its own: how long its main process' event loop was busy at a time. Written
 * when it ends to the file that the import names: `?file=PATH`.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

/** Milliseconds between two ticks; what a tick comes later is what the loop was busy for. */
const tick = 2;

/** Until then modules are loaded, which keeps any program busy: counted apart. */
const starting = 1_500;

const file = new URL(import.meta.url).searchParams.get('file');
const delays = monitorEventLoopDelay({ resolution: tick });
delays.enable();
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - tick);
let whileStarting = 0;
setTimeout(() => {
  whileStarting = late(delays.max);
  delays.reset();
}, starting).unref();

process.on('exit', () => {
  const seen = {
    starting: whileStarting,
    p50: late(delays.percentile(50)),
    p99: late(delays.percentile(99)),
    longest: late(delays.max),
  };
  if (file !== null) writeFileSync(file, JSON.stringify(seen));
});

/**
 * Loaded into `kuva run` before anything of its own: how long its main process' event loop was busy at a time. Written
 * when it ends to the file that the import names: `?file=PATH`.
 *
 * By the clock that is what a tick comes later; but on a machine where servers and clients share the cores, the thread also waits
 * for its turn at one. What it did itself is the processor time that the kernel counts for it between two ticks.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** Milliseconds between two ticks. */
const tick = 2;

/** Until its first request to the store, modules are loaded, which keeps any program busy: counted apart. */
let starting = true;
subscribe('undici:request:create', () => {
  starting = false;
});

/** Nanoseconds on a processor, nanoseconds waited for one, turns. Source: Linux, Documentation/scheduler/sched-stats.rst. */
const account = '/proc/thread-self/schedstat';

const file = new URL(import.meta.url).searchParams.get('file');
const late: number[] = [];
const own: number[] = [];
let whileStarting = 0;
let last = now();

function now(): { readonly at: number; readonly used: number } {
  const used = Number(readFileSync(account, 'latin1').split(' ')[0]) / 1e6;
  return { at: performance.now(), used };
}

setInterval(() => {
  const next = now();
  const [passed, used] = [next.at - last.at - tick, next.used - last.used];
  last = next;
  if (starting) {
    whileStarting = Math.max(whileStarting, used);
    return;
  }
  late.push(Math.max(0, passed));
  own.push(used);
}, tick).unref();

process.on('exit', () => {
  const seen = { starting: whileStarting, own: summary(own), late: summary(late) };
  if (file !== null) writeFileSync(file, JSON.stringify(seen));
});

function summary(values: number[]): { p50: number; p99: number; longest: number } {
  values.sort((a, b) => a - b);
  const at = (part: number): number =>
    values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), longest: at(1) };
}

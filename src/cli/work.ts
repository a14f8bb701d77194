import type { KuvaConfig } from '../config/config.ts';
import { type FailureCode, KuvaError, toKuvaError } from '../image/failure.ts';
import { SpareMemory } from '../image/spareMemory.ts';
import type { Resource } from '../ledger/contract/outage.ts';
import type { ImageEvent } from '../pipeline/event.ts';
import { systemClock } from '../pipeline/clock.ts';
import { makeBudgets, thisMachine, concurrencyOf } from '../pipeline/budgets.ts';
import { ignoring } from '../pipeline/ignored.ts';
import { Outages } from '../pipeline/outages.ts';
import type { Budgets, PipelineParts } from '../pipeline/parts.ts';
import type { DiscoverOptions } from '../pipeline/pass.ts';
import type { PictureTaker } from '../pipeline/pictures.ts';
import { patiently } from '../pipeline/patience.ts';
import { tellOutages } from '../pipeline/tellOutages.ts';
import { runWorker } from '../pipeline/worker.ts';
import type { ObjectStore, StoreCapabilities } from '../store/contract.ts';
import { receiveEvents } from './events.ts';
import type { Narrator } from './narrate/narrator.ts';
import type { WebPlugs } from './serve.ts';
import { makeShowing } from './showing.ts';
import type { System } from './system.ts';
import { readVersion } from './version.ts';

/** A worker that is ready to go, and what it goes by. */
export interface Work {
  readonly outages: Outages;
  readonly discovery: DiscoverOptions;
  /** What it answers over HTTP: see `serve.ts`. */
  readonly plugs: WebPlugs;
  /** Runs until it is stopped. @param lead also discover new images when no other worker does */
  readonly run: (lead: boolean) => Promise<void>;
}

export interface WorkOptions {
  /** The name that this process has in the ledger. */
  readonly worker: string;
  readonly narrator: Narrator;
  readonly onEvent?: (event: ImageEvent) => void;
  /** What all pipelines of this process share; left out: there is one. */
  readonly shared?: SharedWork;
  /** Keeps small pictures of some images. */
  readonly pictures?: PictureTaker | undefined;
}

/** Memory, turns at the processor, and what is under way, of all pipelines of one process. */
export interface SharedWork {
  readonly budgets: Budgets;
  readonly spare: SpareMemory;
  /** Images under way, by pipeline. */
  readonly underWay: Map<string, number>;
}

export function shareWork(config: KuvaConfig): SharedWork {
  return {
    budgets: makeBudgets(config.worker, thisMachine()),
    spare: new SpareMemory(),
    underWay: new Map(),
  };
}

/** Wires one worker of this process: what `start`, `worker` and `run` share. */
export async function prepareWork(
  system: System,
  { worker, narrator, onEvent, pictures, shared = shareWork(system.config) }: WorkOptions,
): Promise<Work> {
  const { config, ledger, input } = system;
  const { stopping } = system;
  stopping.explain(() => {
    const underWay = [...shared.underWay.values()].reduce((sum, count) => sum + count, 0);
    return underWay === 0
      ? 'nothing is under way.'
      : `finishing ${underWay} ${underWay === 1 ? 'image' : 'images'} first.`;
  });
  const outages = new Outages((outage, over) => {
    narrator.outage(outage, over);
  });
  const [{ partialWritesVisible }] = await Promise.all([
    tryOut(input, 'input', outages, stopping.stop),
    tryOut(system.output, 'output', outages, stopping.stop),
  ]);
  const machine = thisMachine();
  const concurrency = concurrencyOf(config.worker, machine);
  const showing = makeShowing(system, { worker, concurrency, outages });
  const parts: PipelineParts = {
    worker,
    input,
    output: system.output,
    ...(system.rejected !== undefined && { rejected: system.rejected }),
    ...(system.archive !== undefined && { archive: system.archive }),
    ...(config.done === 'keep' && { keepsInputs: true }),
    ...(system.chooser !== undefined && { chooser: system.chooser }),
    partialWritesVisible,
    ...(partialWritesVisible && { quiet: config.worker.settle }),
    ledger,
    transformer: system.transformer,
    recipe: system.recipe,
    conflict: config.conflict,
    maxAttempts: config.worker.attempts,
    maxInputBytes: config.limits.bytes,
    budgets: shared.budgets,
    spare: shared.spare,
    outages,
    clock: systemClock,
    ending: stopping.stop,
    ...(pictures !== undefined && { pictures }),
    onEvent: (event) => {
      narrator.image(event);
      showing.image(event);
      onEvent?.(event);
    },
  };
  const tellUnusables = tellUnusable(narrator);
  const discovery: DiscoverOptions = {
    input,
    ledger,
    outages,
    clock: systemClock,
    partialWritesVisible,
    poll: config.worker.poll,
    ...(config.events !== undefined && { idlePoll: config.events.poll }),
    settle: config.worker.settle,
    ignored: ignoring(partialWritesVisible ? config.worker.ignore : [], config.wanted),
    onPass: (pass) => {
      tellUnusables(pass);
      // For `status` and the metrics; the next one tells it again.
      system.monitor.reportPass(worker, pass).catch(() => undefined);
    },
  };
  const events = receiveEvents(config, narrator);
  const run = (lead: boolean): Promise<void> => {
    if (lead && events !== undefined) narrator.note('info', events.greeting);
    const over = new AbortController();
    const urls = urlsOf(system);
    void tellOutages({ outages, ledger, worker, urls, clock: systemClock }, over.signal);
    const running = runWorker({
      parts,
      queue: system.queue,
      ...(lead && { discovery, ...(events !== undefined && { eventHints: events.hints }) }),
      version: readVersion(),
      concurrency,
      stop: stopping.stop,
      stopNow: stopping.stopNow,
      onNote: (text) => {
        narrator.note('warn', text);
      },
      onUnderWay: (count) => {
        shared.underWay.set(config.pipeline, count);
        showing.underWay(count);
      },
    }).finally(() => {
      over.abort();
    });
    showing.running(running);
    system.waitFor(running);
    return running;
  };
  const { open, guarded } = showing.plugs;
  const plugs = { open: [...open, ...(events === undefined ? [] : [events.plug])], guarded };
  return { outages, discovery, plugs, run };
}

/** Where each thing that an outage can be of lies, for `kuva status`. */
function urlsOf({ input, output, rejected, archive }: System): Partial<Record<Resource, string>> {
  return {
    input: input.url,
    reading: input.url,
    removal: input.url,
    output: output.url,
    ...(rejected !== undefined && { rejected: rejected.url }),
    ...(archive !== undefined && { archive: archive.url }),
  };
}

/**
 * What the server really does. One that is away for a moment is waited for, as later; a wrong name or key is told
 * at once to whoever has just typed it.
 */
async function tryOut(
  store: ObjectStore,
  resource: Resource,
  outages: Outages,
  signal: AbortSignal,
): Promise<StoreCapabilities> {
  const probe = async (): Promise<StoreCapabilities | KuvaError> => {
    try {
      return await store.probe(signal);
    } catch (thrown) {
      const failure = toKuvaError(thrown);
      if (mayPass.has(failure.code)) throw failure;
      return failure;
    }
  };
  const found = await patiently(probe, { resource, outages, clock: systemClock, signal });
  if (found instanceof KuvaError) throw found;
  return found;
}

const mayPass: ReadonlySet<FailureCode> = new Set(['store-unreachable', 'store-busy', 'store-full']);

/** Objects that cannot be worked with are told once each, not at every pass. */
function tellUnusable(narrator: Narrator): NonNullable<DiscoverOptions['onPass']> {
  const told = new Set<string>();
  return ({ unusable }) => {
    for (const { name, reason } of unusable) {
      if (told.has(name) || told.size > 10_000) continue;
      told.add(name);
      narrator.note('warn', `${name} was left alone: ${reason}.`);
    }
  };
}

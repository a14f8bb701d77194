import type { MemoryDatabase } from '../memory/database.ts';
import type { Session } from '../memory/tables.ts';
import type { Call } from '../memory/wire.ts';
import { type Deed, type Fault, faults, type Place, type Plan, type PlannedEvent } from './plan.ts';
import { Process } from './process.ts';
import type { World } from './world.ts';

export interface HappeningsOptions {
  readonly plan: Plan;
  readonly world: World;
  readonly database: MemoryDatabase;
  /** Noise, and events that wait for a request, end then; ms. */
  readonly calm: number;
  readonly put: (key: string, content: string, takes: number) => void;
  readonly remove: (key: string) => void;
  /** Starts the real worker in a process. */
  readonly start: (process: Process) => void;
  /** The server does it, and the rules look on. */
  readonly watch: <T>(call: Call, effect: () => T) => T;
}

/** Makes happen what the plan says: to the workers, to what is between them and the servers, by the owner. */
export class Happenings {
  readonly #options: HappeningsOptions;
  /** By worker: its present process. */
  readonly #processes = new Map<number, Process>();
  readonly #sessions = new Map<Process, Session[]>();
  readonly #counts = new Map<string, number>();
  readonly #waiting: PlannedEvent[];
  readonly #outages = new Map<Place, number>();
  readonly #tries = new Map<string, number>();
  readonly #stopped = new Set<Process>();
  #starts = 0;
  #requests = 0;
  #ending = false;
  /** How often something happened that may cost an image an attempt without its fault. */
  costs = 0;

  constructor(options: HappeningsOptions) {
    this.#options = options;
    const { plan, world } = options;
    this.#waiting = plan.events.filter(({ when }) => 'call' in when);
    for (const { when, deed } of plan.events) {
      if (!('at' in when)) continue;
      const who = 'who' in deed ? 1 + (deed.who % plan.world.workers) : 1;
      world.after(when.at, () => void this.#do(deed, this.#processes.get(who)));
    }
  }

  /** Starts a worker, anew if it was there before: as another process, with another name. */
  begin(number: number): void {
    const { plan, world, start } = this.#options;
    const name = `w${number}.${++this.#starts}`;
    const skew = number % 2 === 0 ? plan.world.skew : 0;
    const process = new Process(name, world, this, skew);
    this.#processes.set(number, process);
    world.tell(name, () => 'starts');
    start(process);
  }

  /** A worker has ended in order. */
  hasStopped(process: Process): void {
    this.#stopped.add(process);
    this.#options.world.tell(process.name, () => 'has ended');
    this.#endSessions(process);
    this.#again(process);
  }

  stopAll(): void {
    this.#ending = true;
    for (const process of this.#processes.values()) {
      process.comes(0, () => {
        process.stop.abort();
      });
    }
  }

  get allStopped(): boolean {
    return [...this.#processes.values()].every((process) => !process.alive || this.#stopped.has(process));
  }

  /** The next try at a content, 1 for the first in this history. */
  tries(content: string): number {
    const tries = (this.#tries.get(content) ?? 0) + 1;
    this.#tries.set(content, tries);
    return tries;
  }

  /** An image kills its worker. */
  dies(process: Process): Promise<never> {
    this.#kill(process, false);
    return new Promise(() => undefined);
  }

  /** What comes of a request before the server does anything. */
  arrives(process: Process, call: Call): Fault | undefined {
    const { plan, world, calm } = this.#options;
    this.#counts.set(call.name, (this.#counts.get(call.name) ?? 0) + 1);
    const planned = this.#happen(process, call, 'before');
    const until = this.#outages.get(placeOf(call)) ?? 0;
    if (until > world.now) return 'refused';
    if (planned !== undefined) return this.#fault(process, call, planned);
    if (plan.noise === 0 || world.now >= calm || call.name === 'transform') return undefined;
    const chance = world.chance('noise', process.name, call.name, ++this.#requests) / plan.noise;
    const fault = chance < 1 ? faults[Math.floor(chance * faults.length)] : undefined;
    return fault && this.#fault(process, call, fault);
  }

  takesEffect<T>(process: Process, call: Call, effect: () => T): T {
    const { alive } = process;
    let shown = true;
    this.#options.world.tell(process.name, () =>
      shown ? `${call.name} ${call.about ?? ''}${alive ? '' : ' (sent before it was killed)'}` : '',
    );
    const result = this.#options.watch(call, effect);
    // A listing in which nothing was new.
    shown = result !== 0;
    if (isSession(result)) this.#sessions.set(process, [...(this.#sessions.get(process) ?? []), result]);
    return result;
  }

  wasDone(process: Process, call: Call): Fault | undefined {
    const fault = this.#happen(process, call, 'after');
    return fault && this.#fault(process, call, fault);
  }

  #fault(process: Process, call: Call, fault: Fault): Fault {
    this.#options.world.tell(process.name, () => `${call.name} ${call.about ?? ''}: ${fault}`);
    const limited = fault === 'makes-no-sense';
    // Asked once more, the ledger begins another attempt.
    const lostBegin = fault === 'answer-lost' && call.name === 'ledger.begin';
    if (limited || lostBegin) this.costs++;
    return fault;
  }

  #happen(process: Process, call: Call, side: 'before' | 'after'): Fault | undefined {
    if (this.#options.world.now >= this.#options.calm) return undefined;
    let fault: Fault | undefined;
    const count = this.#counts.get(call.name);
    for (const event of [...this.#waiting]) {
      const { when, deed } = event;
      if (!('call' in when) || when.call !== call.name || when.side !== side || when.nth !== count) continue;
      this.#waiting.splice(this.#waiting.indexOf(event), 1);
      fault = this.#do(deed, process) ?? fault;
    }
    return fault;
  }

  #do(deed: Deed, process: Process | undefined): Fault | undefined {
    const { world, database, put, remove } = this.#options;
    const tell = (text: string): void => {
      world.tell(process?.name ?? '', () => text);
    };
    switch (deed.do) {
      case 'put':
        world.tell(
          'owner',
          () => `puts ${deed.content} under ${deed.key}${deed.takes > 0 ? ', slowly' : ''}`,
        );
        put(deed.key, deed.content, deed.takes);
        return undefined;
      case 'delete':
        world.tell('owner', () => `deletes ${deed.key}`);
        remove(deed.key);
        return undefined;
      case 'fault':
        return deed.fault;
      case 'outage':
        world.tell('world', () => `${deed.of} is away for ${deed.for} ms`);
        this.#outages.set(deed.of, Math.max(this.#outages.get(deed.of) ?? 0, world.now + deed.for));
        return undefined;
      default:
        if (process?.alive !== true || this.#stopped.has(process)) return undefined;
    }
    this.costs++;
    switch (deed.do) {
      case 'crash':
        this.#kill(process, deed.lands);
        return undefined;
      case 'hang':
        tell(`hangs for ${deed.for} ms`);
        process.freeze(deed.for);
        return undefined;
      case 'cut':
        tell('loses its connection to the database');
        for (const session of this.#sessions.get(process) ?? []) {
          process.comes(0, () => {
            database.endSession(session);
          });
        }
        return undefined;
      case 'stop':
        tell(deed.atOnce ? 'is told to stop at once' : 'is told to stop');
        process.comes(0, () => {
          process.stop.abort();
          if (deed.atOnce) process.stopNow.abort();
        });
        return undefined;
    }
  }

  #kill(process: Process, lands: boolean): void {
    const { world } = this.#options;
    if (!process.alive) return;
    this.costs++;
    world.tell(process.name, () => `is killed${lands ? ', and what it has sent still arrives' : ''}`);
    process.kill(lands);
    // The server notices at once, or after a while.
    world.after(world.chance('noticed', process.name) * 4_000, () => {
      this.#endSessions(process);
    });
    this.#again(process);
  }

  /** A process that has ended has closed its connections. */
  #endSessions(process: Process): void {
    for (const session of this.#sessions.get(process) ?? []) this.#options.database.endSession(session);
  }

  #again(process: Process): void {
    const { world } = this.#options;
    for (const [number, present] of this.#processes) {
      if (present !== process || this.#ending) continue;
      world.after(500 + world.chance('again', process.name) * 2_500, () => {
        if (!this.#ending) this.begin(number);
      });
    }
  }
}

function placeOf({ name }: Call): Place {
  if (name.startsWith('input')) return 'input';
  if (name.startsWith('output')) return 'output';
  return name.startsWith('rejected') ? 'rejected' : 'database';
}

function isSession(result: unknown): result is Session {
  return typeof result === 'object' && result !== null && 'lost' in result && 'worker' in result;
}

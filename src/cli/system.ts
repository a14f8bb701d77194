import { z } from 'zod';
import type { KuvaConfig } from '../config/config.ts';
import { type LoadOptions, loadConfig } from '../config/load.ts';
import type { ObjectStore } from '../store/contract.ts';
import type { LedgerPool } from '../ledger/pool.ts';
import type { Transformer } from '../transform/contract.ts';
import { listenForStop, type Stopping } from './stopping.ts';
import type { Terminal } from './terminal.ts';
import {
  type WiredLedger,
  type PipelineRecipes,
  type WiredRecipes,
  type Looking,
  wireBeside,
  wireDatabase,
  wireLedger,
  wireLooking,
  wireStore,
  wireTransforms,
} from './wire.ts';

/** What every command that reads the configuration takes. */
export const sharedOptions = z.object({
  config: z.string().optional(),
  data: z.string().optional(),
  pipeline: z.string().optional(),
  json: z.boolean().optional(),
});

export type SharedOptions = z.infer<typeof sharedOptions>;

/** The ledger alone: enough for questions that no bucket needs to be asked for. */
export interface LedgerSystem extends WiredLedger {
  readonly config: KuvaConfig;
  /** The options that make another kuva command talk to the same system, e.g. ` --data /srv/kuva`; mostly empty. */
  readonly where: string;
  readonly stopping: Stopping;
  /** The ledger once more, for those who look at it; closed with the rest. */
  readonly look: () => Omit<Looking, 'close'>;
  /** Something more to close with the rest, before all that was opened earlier. */
  readonly closeToo: (close: () => Promise<void>) => void;
  /** Work that uses these parts: should the command fail beside it, it is told to stop and waited for before they close. */
  readonly waitFor: (work: Promise<unknown>) => void;
}

/** All parts of the pipeline. */
export interface System extends LedgerSystem, PipelineRecipes, Pick<WiredRecipes, 'openIdleTransformer'> {
  readonly transformer: Transformer;
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  readonly rejected?: ObjectStore;
  /** Where inputs that are done are moved to. */
  readonly archive?: ObjectStore;
}

/** What to load, as the command line says. */
export function loadOptions({ config, data, pipeline }: SharedOptions): LoadOptions {
  return {
    ...(pipeline !== undefined && { pipeline }),
    ...(config !== undefined && { file: config }),
    overrides: data === undefined ? {} : { data },
  };
}

/** Opens the ledger, does something with it, and closes everything again, in the opposite order. */
export function withLedger<T>(
  options: SharedOptions,
  terminal: Terminal,
  action: (system: LedgerSystem) => Promise<T>,
): Promise<T> {
  return withOpen(options, terminal, action);
}

/** The same with the buckets and the transforms. */
export async function withSystem<T>(
  options: SharedOptions,
  terminal: Terminal,
  action: (system: System) => Promise<T>,
): Promise<T> {
  return withOpen(options, terminal, async (system) => {
    const recipes = await wireTransforms([system.config]);
    system.close.push(recipes.closeTransforms);
    return action(await openSystem(options, system, recipes));
  });
}

/** All pipelines of the file, or the one that is named, on one database, with one set of decoders. */
export async function withSystems<T>(
  options: SharedOptions,
  terminal: Terminal,
  action: (systems: readonly [System, ...System[]]) => Promise<T>,
): Promise<T> {
  return withOpen(options, terminal, async (first) => {
    const { values } = loadConfig(loadOptions(options));
    const configs = options.pipeline === undefined ? values : [first.config];
    const recipes = await wireTransforms(configs);
    first.close.push(recipes.closeTransforms);
    const systems: [System, ...System[]] = [await openSystem(options, first, recipes)];
    for (const config of configs.slice(1)) {
      // Connections of its own: how many one pipeline needs is known, and more would wait for each other.
      const wired = await wireBeside(first.pool, config);
      first.close.push(wired.close);
      const look = (): Looking => {
        const looking = wireLooking(first.pool, config.pipeline);
        first.close.push(looking.close);
        return looking;
      };
      const named = { ...options, pipeline: config.pipeline };
      systems.push(
        await openSystem(named, { ...first, ...wired.ledger, notices: [], config, look }, recipes),
      );
    }
    return action(systems);
  });
}

type Opened = LedgerSystem & { readonly close: Close[]; readonly pool: LedgerPool };

async function openSystem(
  options: SharedOptions,
  { close, ...system }: Omit<Opened, 'pool'>,
  { transformer, wire, openIdleTransformer }: WiredRecipes,
): Promise<System> {
  const { config } = system;
  const open = async (role: Role, place: KuvaConfig['input']): Promise<ObjectStore> => {
    const store = await wireStore(place, config.data, () => placeNow(options, role));
    close.push(() => store.close());
    return store;
  };
  const input = await open('input', config.input);
  const output = await open('output', config.output);
  const { move } = config.rejected;
  const rejected = move === undefined ? undefined : await open('rejected', move);
  const archive = typeof config.done === 'object' ? await open('done', config.done.move) : undefined;
  return {
    ...system,
    transformer,
    openIdleTransformer,
    ...wire(config),
    input,
    output,
    ...(rejected !== undefined && { rejected }),
    ...(archive !== undefined && { archive }),
  };
}

type Role = 'input' | 'output' | 'rejected' | 'done';

/** What the configuration, and the files that it names, say now; undefined while they are not usable. */
function placeNow(options: SharedOptions, role: Role): KuvaConfig['input'] | undefined {
  try {
    const { value } = loadConfig(loadOptions(options));
    switch (role) {
      case 'rejected':
        return value.rejected.move;
      case 'done':
        return typeof value.done === 'object' ? value.done.move : undefined;
      default:
        return value[role];
    }
  } catch {
    return undefined;
  }
}

type Close = () => Promise<void>;

async function withOpen<T>(
  options: SharedOptions,
  terminal: Terminal,
  action: (system: Opened) => Promise<T>,
): Promise<T> {
  const { value: config, notes } = loadConfig(loadOptions(options));
  const close: Close[] = [];
  const stopping = listenForStop(terminal);
  try {
    const database = await wireDatabase(config.database, stopping.stop, (message) => {
      terminal.errorLine(message);
    });
    close.push(database.close);
    const ledger = await wireLedger(database.pool, config);
    const look = (): Looking => {
      const looking = wireLooking(database.pool, config.pipeline);
      close.push(looking.close);
      return looking;
    };
    const notices = [...notes, ...ledger.notices];
    const waitFor = (work: Promise<unknown>): void => {
      close.push(async () => {
        await work;
      });
    };
    return await action({
      ...ledger,
      notices,
      config,
      where: whereOf(options),
      stopping,
      look,
      closeToo: (closing) => close.push(closing),
      waitFor,
      close,
      pool: database.pool,
    });
  } finally {
    // What still runs when a command fails would hold its connections, and keep the database from closing, for ever.
    stopping.end();
    // One that cannot be closed must not keep the others open, nor hide what happened before.
    for (const closing of close.reverse()) await closing().catch(() => undefined);
    stopping.dispose();
  }
}

function whereOf({ config, data, pipeline }: SharedOptions): string {
  const quoted = (text: string): string =>
    /^[\w./~:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  return `${config === undefined ? '' : ` --config ${quoted(config)}`}${data === undefined ? '' : ` --data ${quoted(data)}`}${pipeline === undefined ? '' : ` --pipeline ${quoted(pipeline)}`}`;
}

import { z } from 'zod';
import type { KuvaConfig } from '../config/config.ts';
import { type LoadOptions, loadConfig } from '../config/load.ts';
import type { ObjectStore } from '../store/contract.ts';
import { listenForStop, type Stopping } from './stopping.ts';
import type { Terminal } from './terminal.ts';
import {
  type WiredLedger,
  type WiredTransforms,
  type Looking,
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
  /** Work that uses these parts: should the command fail beside it, it is told to stop and waited for before they close. */
  readonly waitFor: (work: Promise<unknown>) => void;
}

/** All parts of the pipeline. */
export interface System extends LedgerSystem, WiredTransforms {
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  readonly rejected?: ObjectStore;
}

/** What to load, as the command line says. */
export function loadOptions({ config, data }: SharedOptions): LoadOptions {
  return {
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
  return withOpen(options, terminal, async ({ close, ...system }) => {
    const { config } = system;
    const transforms = await wireTransforms(config);
    close.push(transforms.closeTransforms);
    const open = async (
      role: 'input' | 'output' | 'move',
      place: KuvaConfig['input'],
    ): Promise<ObjectStore> => {
      const store = await wireStore(place, config.data, () => placeNow(options, role));
      close.push(() => store.close());
      return store;
    };
    const input = await open('input', config.input);
    const output = await open('output', config.output);
    const { move } = config.rejected;
    const rejected = move === undefined ? undefined : await open('move', move);
    return action({ ...system, ...transforms, input, output, ...(rejected !== undefined && { rejected }) });
  });
}

/** What the configuration, and the files that it names, say now; undefined while they are not usable. */
function placeNow(
  options: SharedOptions,
  role: 'input' | 'output' | 'move',
): KuvaConfig['input'] | undefined {
  try {
    const { value } = loadConfig(loadOptions(options));
    return role === 'move' ? value.rejected.move : value[role];
  } catch {
    return undefined;
  }
}

type Close = () => Promise<void>;

async function withOpen<T>(
  options: SharedOptions,
  terminal: Terminal,
  action: (system: LedgerSystem & { readonly close: Close[] }) => Promise<T>,
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
      waitFor,
      close,
    });
  } finally {
    // What still runs when a command fails would hold its connections, and keep the database from closing, for ever.
    stopping.end();
    // One that cannot be closed must not keep the others open, nor hide what happened before.
    for (const closing of close.reverse()) await closing().catch(() => undefined);
    stopping.dispose();
  }
}

function whereOf({ config, data }: SharedOptions): string {
  const quoted = (text: string): string =>
    /^[\w./~:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  return `${config === undefined ? '' : ` --config ${quoted(config)}`}${data === undefined ? '' : ` --data ${quoted(data)}`}`;
}

/** Builds the concrete parts from the configuration: the one place that knows which stores and databases there are. */
import { dirname, sep } from 'node:path';
import type { DatabaseChoice, KuvaConfig, Place, S3BucketPlace } from '../config/config.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { Monitor } from '../ledger/contract/monitor.ts';
import type { PreviewBounds, PreviewStore } from '../ledger/contract/previews.ts';
import type { ImageQueue } from '../ledger/contract/queue.ts';
import type { Catalogue } from '../ledger/catalogue/contract.ts';
import { openCatalogue } from '../ledger/catalogue/catalogue.ts';
import { startEmbedded } from '../ledger/embedded/startEmbedded.ts';
import { openLedger } from '../ledger/ledger.ts';
import { forgetImage } from '../ledger/forgetImage.ts';
import { checkSchema, migrate } from '../ledger/migrate.ts';
import { type LedgerPool, openPool } from '../ledger/pool.ts';
import { openPreviewStore } from '../ledger/previews.ts';
import { openMonitor } from '../ledger/monitor.ts';
import { pipelineNumber } from '../ledger/pipelineId.ts';
import { openQueue } from '../ledger/queue.ts';
import { thisMachine } from '../pipeline/budgets.ts';
import { type Chooser, makeChooser, type Rule } from '../pipeline/choose/choose.ts';
import type { Recipe } from '../image/recipe.ts';
import { pause } from '../pipeline/pause.ts';
import type { CheckedStore } from '../store/access.ts';
import { openFolderStore } from '../store/folder/store.ts';
import type { S3Connection, S3Keys } from '../store/s3/connection.ts';
import { openS3Store } from '../store/s3/store.ts';
import type { Transformer } from '../transform/contract.ts';
import { type LoadedRecipe, loadRecipeFiles } from '../transform/recipeFiles.ts';
import { loadOwnSteps } from '../transform/own/load.ts';
import { loadPrograms } from '../transform/programs/load.ts';
import { removeScratch } from '../transform/own/scratch.ts';
import type { OwnTools } from '../transform/own/tools.ts';
import { withCodedLane } from '../transform/coded/lane.ts';
import { createIsolatedTransformer, type IsolatedTransformer } from '../transform/isolated/transformer.ts';

/**
 * Opens a bucket. A folder inside kuva's own data folder is made when it is not there; any other must be there.
 * @param renew looks the place up once more, for keys that were replaced where they came from
 */
export async function wireStore(
  place: Place,
  data: string,
  renew?: () => Place | undefined,
): Promise<CheckedStore> {
  switch (place.kind) {
    case 'folder':
      return openFolderStore(place.path, { create: place.path.startsWith(`${data}${sep}`) });
    case 's3':
      return openS3Store(
        { ...s3ConnectionOf(place), renew: () => renewedKeys(place, renew?.()) },
        place.bucket,
      );
  }
}

/** The keys of the same bucket on the same server; whatever else was changed in the configuration is for the next start. */
function renewedKeys(place: S3BucketPlace, now: Place | undefined): S3Keys | undefined {
  if (now?.kind !== 's3' || now.bucket !== place.bucket) return undefined;
  if (now.connection.endpoint.href !== place.connection.endpoint.href) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = s3ConnectionOf(now);
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

export function s3ConnectionOf({ connection }: S3BucketPlace): S3Connection {
  const { secretAccessKey, sessionToken, ...open } = connection;
  return {
    ...open,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
  };
}

/** A database that can be asked; with the embedded server running behind it where that is the choice. */
export interface WiredDatabase {
  readonly pool: LedgerPool;
  readonly close: () => Promise<void>;
}

export async function wireDatabase(
  choice: DatabaseChoice,
  signal: AbortSignal,
  onTrouble: (message: string) => void,
): Promise<WiredDatabase> {
  if (choice.kind === 'server') {
    const pool = openPool(choice.connection);
    return { pool, close: () => endPool(pool) };
  }
  const embedded = await startEmbedded(choice.folder, { signal, onTrouble });
  try {
    const pool = openPool(embedded.connection);
    return { pool, close: () => endPool(pool).finally(() => embedded.stop()) };
  } catch (thrown) {
    await embedded.stop();
    throw thrown;
  }
}

/** Milliseconds that a connection may still be in use when all work has ended. */
const longestGoodbye = 10_000;

/** A connection that somebody has not given back must not keep the program, and its PostgreSQL, running for ever. */
async function endPool(pool: LedgerPool): Promise<void> {
  const late = new AbortController();
  const goodbye = async (): Promise<void> => {
    await pause(longestGoodbye, late.signal);
    if (!late.signal.aborted) pool.breakConnections();
  };
  try {
    await Promise.race([pool.end(), goodbye()]);
  } finally {
    late.abort();
  }
}

export interface WiredLedger {
  readonly ledger: Ledger;
  readonly queue: ImageQueue;
  readonly monitor: Monitor;
  /** Does the schema still fit this program? A newer one may have come since. @throws KuvaError `database-*` */
  readonly checkSchema: () => Promise<void>;
  /** Takes the rows of one of kuva's own test images out again. */
  readonly forget: (imageId: bigint) => Promise<void>;
  /** For a person to read, e.g. that a foreign `log_records` is in the way. */
  readonly notices: readonly string[];
}

/** Brings the schema up to date and opens the ledger of one pipeline. */
export async function wireLedger(
  pool: LedgerPool,
  { pipeline, worker: { lease } }: Pick<KuvaConfig, 'pipeline' | 'worker'>,
): Promise<WiredLedger> {
  const { notices } = await migrate(pool);
  return {
    ledger: openLedger(pool, pipeline),
    queue: openQueue(pool, pipeline, { lease }),
    monitor: openMonitor(pool, pipeline),
    checkSchema: () => checkSchema(pool),
    forget: (imageId) => forgetImage({ pool, pipeline, pipelineId: pipelineNumber(pool, pipeline) }, imageId),
    notices,
  };
}

/** The ledger of one more pipeline, with connections of its own to a database that is open. */
export async function wireBeside(
  { connection }: LedgerPool,
  config: Pick<KuvaConfig, 'pipeline' | 'worker'>,
): Promise<{ readonly ledger: WiredLedger; readonly close: () => Promise<void> }> {
  const pool = openPool(connection);
  try {
    return { ledger: await wireLedger(pool, config), close: () => endPool(pool) };
  } catch (thrown) {
    await endPool(pool);
    throw thrown;
  }
}

/** The ledger for those who look at it. */
export interface Looking {
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly previews: (bounds: PreviewBounds) => PreviewStore;
  readonly close: () => Promise<void>;
}

/** Connections of its own: a worker never waits for somebody who looks. They are opened when they are needed. */
const lookingConnections = 3;

export function wireLooking({ connection, name }: LedgerPool, pipeline: string): Looking {
  // Called as the process's others are: all of one that hangs are ended together.
  const pool = openPool(connection, lookingConnections, name);
  return {
    ledger: openLedger(pool, pipeline),
    catalogue: openCatalogue(pool, pipeline),
    previews: (bounds) => openPreviewStore(pool, pipeline, bounds),
    close: () => endPool(pool),
  };
}

/** What is made of the images of one pipeline. */
export interface PipelineRecipes {
  readonly recipe: LoadedRecipe['recipe'];
  /** Picks the recipe of each image, where there are rules. */
  readonly chooser?: Chooser;
}

export interface WiredRecipes {
  readonly transformer: Transformer;
  /** The recipes of one of the pipelines. */
  readonly wire: (config: KuvaConfig) => PipelineRecipes;
  /** One more decoder, which works only where nobody else wants the processor: for what people look at. */
  readonly openIdleTransformer: () => IsolatedTransformer;
  /** Ends the decoders' processes. */
  readonly closeTransforms: () => Promise<void>;
}

/**
 * One transformer for all pipelines of this process, and their recipes with their files, whose paths are relative to the
 * configuration file. Images are decoded in processes of their own, as many as there are turns at the processor; the
 * first one, or what does such work with less, starts while stores are opened.
 */
export async function wireTransforms(configs: readonly KuvaConfig[]): Promise<WiredRecipes> {
  const files = new Map<string, Buffer>();
  const recipes = new Map<string, PipelineRecipes>();
  // All pipelines of a process are of one file, and so of one folder.
  let tools: OwnTools | undefined;
  for (const config of configs) {
    const folder = config.file === undefined ? process.cwd() : dirname(config.file);
    const load = async (recipe: Recipe): Promise<Recipe> => {
      const loaded = await loadRecipeFiles(recipe, folder);
      for (const [sha256, bytes] of loaded.files) files.set(sha256, bytes);
      const own = await loadOwnSteps(loaded.recipe, folder, tools);
      tools = own.tools;
      return own.recipe;
    };
    const recipe = await load(config.recipe);
    const rules: Rule[] = [];
    for (const rule of config.choose)
      rules.push(rule.recipe === 'skip' ? rule : { ...rule, recipe: await load(rule.recipe) });
    recipes.set(config.pipeline, {
      recipe,
      ...(rules.length > 0 && { chooser: makeChooser(rules, recipe) }),
    });
  }
  const [first] = configs;
  if (first === undefined) throw new Error('there is no pipeline');
  const { limits } = first;
  const folder = first.file === undefined ? process.cwd() : dirname(first.file);
  tools = await loadPrograms(limits, folder, tools);
  const brought = { files, ...(tools !== undefined && { tools }) };
  const { cores: size } = thisMachine();
  const decoders = createIsolatedTransformer(limits, { ...brought, size });
  const chosen = configs.flatMap(({ choose }) =>
    choose.flatMap(({ recipe }) => (recipe === 'skip' ? [] : [recipe])),
  );
  const transformer = withCodedLane(decoders, limits, {
    size,
    recipes: [...configs.map(({ recipe }) => recipe), ...chosen],
  });
  transformer.warmUp();
  return {
    transformer,
    wire: ({ pipeline, recipe }) => recipes.get(pipeline) ?? { recipe },
    openIdleTransformer: () => createIsolatedTransformer(limits, { ...brought, size: 1, priority: 'low' }),
    async closeTransforms() {
      await transformer.close();
      if (tools !== undefined) await removeScratch(tools);
    },
  };
}

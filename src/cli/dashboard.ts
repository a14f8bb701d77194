import { fileURLToPath } from 'node:url';
import type { KuvaConfig } from '../config/config.ts';
import { recipeYaml } from '../config/recipeYaml.ts';
import type { About } from '../dashboard/api/schemas/about.ts';
import { openDashboard } from '../dashboard/dashboard.ts';
import { imageFormats } from '../image/format.ts';
import { type Recipe, recipeDigest } from '../image/recipe.ts';
import { sniff } from '../transform/sniff.ts';
import type { Narrator } from './narrate/narrator.ts';
import type { Seeing } from './previews.ts';
import type { WebPlugs } from './serve.ts';
import type { System } from './system.ts';
import { readVersion } from './version.ts';

/** Beside this program's own files: where `npm run build` puts the page. */
const pageFolder = fileURLToPath(new URL('../dashboard/web', import.meta.url));

/**
 * What is served anyway, and the dashboard with it.
 * @param seeing left out: it is switched off
 * @param pipelines all of the configuration: the page shows one of them, and says so
 */
export function dashboardPlugs(
  system: System,
  plugs: WebPlugs,
  narrator: Narrator,
  seeing: Seeing | undefined,
  pipelines: readonly string[],
): WebPlugs {
  if (seeing === undefined) return plugs;
  const { config, recipe, input, output } = system;
  const { ledger, catalogue, viewing, routes } = seeing;
  const dashboard = openDashboard({
    about: {
      ...aboutOf(config, recipe, canUpload(system)),
      others: pipelines.filter((name) => name !== config.pipeline),
    },
    ledger,
    catalogue,
    output,
    ...(canUpload(system) && { upload: { input, sniff, largest: config.limits.bytes } }),
    stalled: config.alerts.stalled,
    pageFolder,
    more: [routes],
    onOpen: viewing,
    onTrouble: (error) => {
      narrator.note(
        'warn',
        `The dashboard failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  });
  return {
    ...plugs,
    open: [...plugs.open, dashboard.plug],
    longBodies: dashboard.longBodies,
    close: () => dashboard.close(),
  };
}

function canUpload({ config, input }: System): boolean {
  return !config.http.readOnly && input.receive !== undefined;
}

function aboutOf(config: KuvaConfig, recipe: Recipe, uploads: boolean): About {
  const { http, limits, rejected } = config;
  return {
    version: readVersion(),
    pipeline: config.pipeline,
    input: config.input.url,
    output: config.output.url,
    ...(rejected.move !== undefined && { rejected: rejected.move.url }),
    readOnly: http.readOnly,
    canUpload: uploads,
    previews: http.previews > 0,
    login: http.token !== undefined,
    recipe: {
      digest: recipeDigest(recipe),
      yaml: recipeYaml(recipe),
      outputs: recipe.outputs.map(({ name, key, metadata, steps }) => ({
        name,
        key,
        metadata,
        steps: steps.map(({ step, ...settings }) => ({ step, settings })),
      })),
    },
    formats: [...imageFormats],
    limits,
  };
}

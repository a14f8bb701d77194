import { fileURLToPath } from 'node:url';
import type { KuvaConfig } from '../config/config.ts';
import { recipeYaml } from '../config/recipeYaml.ts';
import { apiPath } from '../dashboard/api/app.ts';
import type { About } from '../dashboard/api/schemas/about.ts';
import { type Dashboard, openDashboard } from '../dashboard/dashboard.ts';
import { previewPlug } from '../dashboard/previews/plug.ts';
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

/** A pipeline, and what people look at it with; left out: it is switched off. */
export interface Shown {
  readonly system: System;
  readonly seeing: Seeing | undefined;
}

/**
 * What is served anyway, and the dashboard with it: one page, and for each pipeline the API, under its name; the first
 * has the plain path too.
 * @param there the names of all pipelines of the configuration: of those that are not shown the page says so
 */
export function dashboardPlugs(
  shown: readonly Shown[],
  plugs: WebPlugs,
  narrator: Narrator,
  there: readonly string[] = [],
): WebPlugs {
  const names = shown.map(({ system }) => system.config.pipeline);
  const listed = { pipelines: names, others: there.filter((name) => !names.includes(name)) };
  const dashboards = shown.flatMap(({ system, seeing }, at) =>
    seeing === undefined ? [] : [dashboardOf(system, seeing, listed, at === 0, narrator)],
  );
  if (dashboards.length === 0) return plugs;
  return {
    ...plugs,
    // The plain path is the beginning of all others, and so the last that is looked at.
    open: [...plugs.open, ...dashboards.map(({ plug }) => plug).reverse()],
    longBodies: dashboards.flatMap(({ longBodies }) => longBodies),
    close: async () => {
      await Promise.all(dashboards.map((dashboard) => dashboard.close()));
    },
  };
}

function dashboardOf(
  system: System,
  { ledger, catalogue, viewing, showing }: Seeing,
  listed: Pick<About, 'pipelines' | 'others'>,
  isFirst: boolean,
  narrator: Narrator,
): Dashboard {
  const { config, recipe, input, output } = system;
  const ownPath = `${apiPath}/pipelines/${config.pipeline}`;
  return openDashboard({
    about: { ...aboutOf(config, recipe, canUpload(system)), ...listed },
    paths: isFirst ? [ownPath, apiPath] : [ownPath],
    ...(isFirst && { pageFolder }),
    ledger,
    catalogue,
    output,
    ...(canUpload(system) && { upload: { input, sniff, largest: config.limits.bytes } }),
    stalled: config.alerts.stalled,
    more: [previewPlug(showing)],
    onOpen: viewing,
    onTrouble: (error) => {
      narrator.note(
        'warn',
        `The dashboard failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  });
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

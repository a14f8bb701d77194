/** The dashboard's server on real parts: two folders, a database of its own, images that the real pipeline has done. */
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { recipeYaml } from '../../src/config/recipeYaml.ts';
import type { ApiPlug } from '../../src/dashboard/api/route.ts';
import type { About } from '../../src/dashboard/api/schemas/about.ts';
import { type Dashboard, type DashboardOptions, openDashboard } from '../../src/dashboard/dashboard.ts';
import { imageFormats } from '../../src/image/format.ts';
import { defaultRecipe, recipeDigest } from '../../src/image/recipe.ts';
import { Secret } from '../../src/image/secret.ts';
import { openCatalogue } from '../../src/ledger/catalogue/catalogue.ts';
import type { Catalogue } from '../../src/ledger/catalogue/contract.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { sniff } from '../../src/transform/sniff.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { type Kit, openKit } from '../pipeline/kit.ts';
import { type Answer, ask } from '../web/ask.ts';

export const token = new Secret('a-token-for-this-test-alone');
/** What a page of ours sends with what changes something. */
export const own = (url: string): Record<string, string> => ({ origin: url, 'x-kuva': '1' });
export const emptyPage = fileURLToPath(new URL('page', import.meta.url));

export interface DashboardKit extends Kit {
  readonly url: string;
  readonly server: WebServer;
  readonly dashboard: Dashboard;
  readonly catalogue: Catalogue;
  readonly troubles: unknown[];
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Puts an image in and has it processed. */
  readonly process: (key: string, bytes: Uint8Array) => Promise<void>;
}

export interface DashboardKitOptions extends Partial<DashboardOptions> {
  readonly token?: Secret;
  readonly readOnly?: boolean;
  readonly wrapCatalogue?: (catalogue: Catalogue) => Catalogue;
  /** Images can be put in, of so many bytes at most. */
  readonly uploads?: number;
  /** More routes, which need the kit's parts. */
  readonly moreOf?: (kit: Kit) => readonly ApiPlug[];
}

export async function openDashboardKit(options: DashboardKitOptions = {}): Promise<DashboardKit> {
  const kit = await openKit();
  const { token: secret, readOnly = false, moreOf, uploads, wrapCatalogue, ...changes } = options;
  const plain = openCatalogue(kit.pool, 'images');
  const catalogue = wrapCatalogue?.(plain) ?? plain;
  const troubles: unknown[] = [];
  const dashboard = openDashboard({
    about: aboutFor(kit, readOnly, secret !== undefined),
    ledger: kit.ledger,
    catalogue,
    output: kit.output,
    stalled: 900_000,
    pageFolder: emptyPage,
    onTrouble: (error) => troubles.push(error),
    ...(uploads !== undefined && { upload: { input: kit.input, sniff, largest: uploads } }),
    ...(moreOf !== undefined && { more: moreOf(kit) }),
    ...changes,
  });
  const server = await startWebServer({
    listen: { host: '127.0.0.1', port: 0 },
    ...(secret !== undefined && { token: secret }),
    open: [dashboard.plug],
    guarded: [],
    longBodies: dashboard.longBodies,
    onTrouble: (error) => troubles.push(error),
  });
  onTestFinished(async () => {
    await dashboard.close();
    await server.close();
  });
  const { url } = server;
  return {
    ...kit,
    url,
    server,
    dashboard,
    catalogue,
    troubles,
    get: (path, headers = {}) => ask(`${url}/api/v1${path}`, { headers }),
    post: (path, body, headers = own(url)) =>
      ask(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    process: async (key, bytes) => {
      await kit.put(kit.input, key, bytes);
      await processImage(kit.parts, await kit.queue(key), new AbortController().signal);
    },
  };
}

function aboutFor(kit: Kit, readOnly: boolean, login: boolean): About {
  return {
    version: '0.0.0',
    pipeline: 'images',
    input: kit.input.url,
    output: kit.output.url,
    readOnly,
    canUpload: !readOnly,
    previews: false,
    login,
    recipe: { digest: recipeDigest(defaultRecipe), yaml: recipeYaml(defaultRecipe), outputs: [] },
    formats: [...imageFormats],
    limits: { bytes: 1e9, pixels: 5e8, pages: 2_000, time: 300_000 },
  };
}

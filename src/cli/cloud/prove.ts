/** The last part of `up`: a machine that works, shown by an image that has gone through it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Prove, ProveOrder } from '../../cloud/applying/site.ts';
import { install } from '../../cloud/vm/install.ts';
import { layout } from '../../cloud/vm/layout.ts';
import { waitForMachine } from '../../cloud/vm/ready.ts';
import { withRelease } from '../../cloud/vm/release/release.ts';
import { runSelfTest } from '../../cloud/vm/selfTest.ts';
import type { WorkerSettings } from '../../cloud/vm/workerConfig.ts';
import type { KuvaConfig } from '../../config/config.ts';
import type { OpenCloud } from './open.ts';

/** Waits for the machine, proves its host key by the console, installs this release, and sends a test image through. */
export function proveWorker(cloud: OpenCloud): Prove {
  return async (order) => {
    const { clouds, secrets } = cloud;
    const { serverId: id, name, address, say: onProgress, signal } = order;
    const ssh = await waitForMachine({
      secrets,
      host: { id, name, address, user: layout.adminUser },
      console: () => clouds.compute.consoleOutput(id),
      onProgress,
      signal,
    });
    const settings = await settingsFor(cloud, order);
    await withRelease({}, (release) => install(ssh, { release, settings, onProgress, signal }));
    onProgress('sending a test image through');
    await runSelfTest(ssh, signal);
  };
}

async function settingsFor(
  { config, form, clouds, secrets, stack }: OpenCloud,
  order: ProveOrder,
): Promise<WorkerSettings> {
  const [input = '', output = ''] = [config.input, config.output].map((place) =>
    place.kind === 's3' ? place.bucket : '',
  );
  return {
    form,
    input,
    output,
    s3: { endpoint: new URL(clouds.buckets.endpoint), keys: order.s3Keys },
    database: { ...order.database, password: await secrets.databasePassword() },
    environment: stack.environment,
    files: await picturesOf(config),
  };
}

/** Watermarks and the like, which lie beside kuva.yaml. */
async function picturesOf({
  file,
  recipe,
  choose,
}: KuvaConfig): Promise<NonNullable<WorkerSettings['files']>> {
  const folder = file === undefined ? process.cwd() : path.dirname(file);
  const recipes = [recipe, ...choose.flatMap((rule) => (rule.recipe === 'skip' ? [] : [rule.recipe]))];
  const names = recipes
    .flatMap(({ outputs }) => outputs)
    .flatMap(({ steps }) => steps.flatMap((step) => (step.step === 'composite' ? [step.file] : [])));
  return Promise.all(
    [...new Set(names)].map(async (name) => ({
      path: name,
      bytes: await readFile(path.resolve(folder, name)),
    })),
  );
}

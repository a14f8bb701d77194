import { KuvaError } from '../../image/failure.ts';
import type { StepContext } from '../apply.ts';
import { metadataKeys } from '../mark.ts';
import { markOfSecrets } from '../secrets/secretsMark.ts';
import { publicAddressOf } from '../services/database/answers.ts';
import type { Server } from '../services/compute/answers.ts';
import type { Step, Target } from '../step.ts';
import { waitUntil } from '../wait.ts';
import { makeOnce } from './once.ts';
import type { Site } from './site.ts';
import { s3KeysOf } from './storage.ts';

/** Milliseconds. cPouta takes one or two minutes. */
const buildLimit = 15 * 60_000;
const goneLimit = 5 * 60_000;
const every = 2000;

export async function machineStep(
  site: Site,
  { action, name }: Step,
  target: Extract<Target, { kind: 'machine' }>,
  context: StepContext,
): Promise<void> {
  const { worker, id } = target;
  if ((action === 'delete' || action === 'replace') && id !== undefined)
    await removeMachine(site, id, name, context);
  if (action === 'delete' || worker === undefined) return;
  if (action === 'change') {
    if (id !== undefined) await site.clouds.compute.startServer(id);
  }
  const machine = action === 'change' && id !== undefined ? id : await makeMachine(site, worker, name);
  site.known.machines.set(worker, machine);
  await untilActive(site, machine, name, context);
}

async function makeMachine(
  { clouds, stack, choices, userData, known }: Site,
  worker: number,
  name: string,
): Promise<string> {
  if (choices === undefined || known.group === undefined)
    throw new Error('a machine without its group or flavor');
  const { compute, clock } = clouds;
  const { flavor, image, volume, keypair } = stack.compute;
  const { group } = known;
  const document = await userData();
  return makeOnce({
    look: async () => {
      const found = (await compute.listServers()).filter(
        ({ metadata, status, task }) =>
          metadata[metadataKeys.pipeline] === stack.pipeline &&
          metadata[metadataKeys.worker] === String(worker) &&
          status !== 'ERROR' &&
          task !== 'deleting',
      );
      return found[0]?.id;
    },
    make: () =>
      compute.createServer({
        name,
        flavorId: choices.flavorId,
        imageId: choices.imageId,
        networkId: choices.networkId,
        keyName: keypair,
        // The tutorial's machine is in both; `default` lets machines of the project talk to each other.
        securityGroups: ['default', group],
        userData: document,
        ...(volume !== undefined && { bootVolume: volume }),
        metadata: {
          [metadataKeys.pipeline]: stack.pipeline,
          [metadataKeys.worker]: String(worker),
          [metadataKeys.flavor]: flavor,
          [metadataKeys.image]: image,
          ...(volume !== undefined && { [metadataKeys.volume]: String(volume) }),
        },
      }),
    clock,
  });
}

async function untilActive(
  site: Site,
  id: string,
  name: string,
  { say, signal }: StepContext,
): Promise<Server> {
  const { compute, clock } = site.clouds;
  const what = `machine ${name} to become ACTIVE`;
  return waitUntil({ what, limit: buildLimit, every, clock, signal, seen: say }, async () => {
    const server = await compute.getServer(id);
    if (server === undefined) throw ended(name, 'it is not there any more', 'Run the command again.');
    if (server.status === 'ACTIVE') return { found: server };
    if (server.status !== 'ERROR') return { state: server.task ?? server.status };
    const fault = server.fault ?? 'the cloud does not say why';
    if (site.keepFailed)
      throw ended(name, fault, 'It is kept, as asked, and billed: `kuva cloud down` removes it.');
    await compute.deleteServer(id);
    throw ended(
      name,
      fault,
      'It was deleted again. `kuva cloud up` tries once more; --keep-failed keeps it to look at.',
    );
  });
}

function ended(name: string, fault: string, remedy: string): KuvaError {
  return new KuvaError('cloud-failed', { what: `The machine ${name} ended in ERROR: ${fault}`, remedy });
}

async function removeMachine(
  { clouds: { compute, clock }, drain }: Site,
  id: string,
  name: string,
  { say, signal }: StepContext,
): Promise<void> {
  await drain({ serverId: id, name, signal, say });
  await compute.deleteServer(id);
  const what = `machine ${name} to be gone`;
  await waitUntil({ what, limit: goneLimit, every, clock, signal, seen: say }, async () => {
    const server = await compute.getServer(id);
    return server === undefined ? { found: true } : { state: server.task ?? server.status };
  });
}

export async function membershipStep(
  { clouds, known }: Site,
  { worker }: Extract<Target, { kind: 'membership' }>,
): Promise<void> {
  const machine = known.machines.get(worker);
  if (machine !== undefined && known.group !== undefined)
    await clouds.compute.addSecurityGroup(machine, known.group);
}

/** Installs and proves the worker, and notes on the machine that it was proved: the next plan asks no machine. */
export async function workerStep(
  site: Site,
  { worker }: Extract<Target, { kind: 'worker' }>,
  { say, signal }: StepContext,
): Promise<void> {
  const { clouds, stack, known, prove } = site;
  const machine = known.machines.get(worker);
  const name = stack.workers.find(({ number }) => number === worker)?.name;
  const instance =
    known.database === undefined ? undefined : await clouds.databases.getInstance(known.database);
  const host = instance && publicAddressOf(instance);
  if (machine === undefined || name === undefined) throw new Error('a worker without its machine');
  if (host === undefined)
    throw ended(stack.database.instance, 'the database has no public address', 'Run `kuva cloud plan`.');
  const address = known.addresses.get(worker)?.address ?? (await fixedAddress(site, machine));
  const { name: database, user } = stack.database;
  await prove({
    worker,
    name,
    serverId: machine,
    address,
    database: { host, name: database, user },
    s3Keys: await s3KeysOf(site),
    say,
    signal,
  });
  const secrets = await markOfSecrets(clouds, stack);
  await clouds.compute.setMetadata(machine, {
    [metadataKeys.ready]: stack.revision,
    ...(secrets !== undefined && { [metadataKeys.secrets]: secrets }),
  });
}

async function fixedAddress({ clouds }: Site, machine: string): Promise<string> {
  const server = await clouds.compute.getServer(machine);
  return server?.addresses.find(({ kind, version }) => kind === 'fixed' && version === 4)?.address ?? '';
}

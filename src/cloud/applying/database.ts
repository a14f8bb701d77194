import { KuvaError } from '../../image/failure.ts';
import type { StepContext } from '../apply.ts';
import { type DatabaseInstance, publicAddressOf } from '../services/database/answers.ts';
import type { Step, Target } from '../step.ts';
import { waitUntil } from '../wait.ts';
import { makeOnce } from './once.ts';
import type { Site } from './site.ts';

/** Milliseconds. Pukki takes some five minutes. */
const buildLimit = 30 * 60_000;
const goneLimit = 10 * 60_000;
const every = 3000;

export async function databaseStep(
  site: Site,
  { action, name }: Step,
  { id, allow = [] }: Extract<Target, { kind: 'database' }>,
  context: StepContext,
): Promise<void> {
  if (action === 'delete') {
    if (id !== undefined) await removeDatabase(site, id, name, context);
    return;
  }
  const { clouds, stack, known, choices } = site;
  if (choices === undefined) throw new Error('a database without its flavor');
  const { databases, secrets, clock } = clouds;
  if (id !== undefined) {
    known.database = id;
    await untilHealthy(site, id, false, context);
    return;
  }
  // Written down first: an instance without its password in the private folder would not be known as ours.
  const password = await secrets.databasePassword();
  const { database } = stack;
  const [first, ...others] = cidrsOf(site, allow);
  if (first === undefined) throw nobody();
  known.database = await makeOnce({
    look: async () =>
      (await databases.listInstances()).find((one) => one.name === name && one.status !== 'SHUTDOWN')?.id,
    make: () =>
      databases.createInstance({
        name,
        flavorId: choices.databaseFlavorId,
        volumeSize: database.size,
        datastore: { type: database.datastore, version: choices.version },
        database: database.name,
        user: database.user,
        password,
        allowedCidrs: [first, ...others],
      }),
    clock,
  });
  await untilHealthy(site, known.database, true, context);
}

/** Addresses of the machines, the router's, and what the configuration names. */
function cidrsOf({ stack, known }: Site, more: readonly string[]): string[] {
  const addresses = [...known.addresses.values()].map(({ address }) => `${address}/32`);
  return [...new Set([...addresses, ...more, ...stack.database.allowed_cidrs])];
}

/** @param fresh it was asked for a moment ago, so that there can be no ledger in it */
async function untilHealthy(
  site: Site,
  id: string,
  fresh: boolean,
  { say, signal }: StepContext,
): Promise<DatabaseInstance> {
  const { databases, clock } = site.clouds;
  const what = `database ${site.stack.database.instance} to be ACTIVE, HEALTHY and public`;
  return waitUntil({ what, limit: buildLimit, every, clock, signal, seen: say }, async () => {
    const instance = await databases.getInstance(id);
    if (instance === undefined) throw ended(site, 'it is not there any more', 'Run the command again.');
    if (instance.status === 'ERROR' || instance.status === 'FAILED') {
      const fault = instance.fault ?? 'the cloud does not say why';
      if (!fresh)
        throw ended(
          site,
          fault,
          'It may hold the ledger, and is left as it is: look at it, or ask those who run the cloud.',
        );
      if (site.keepFailed)
        throw ended(
          site,
          fault,
          'It is kept, as asked, and may be billed: `kuva cloud down --database` removes it.',
        );
      // It was made a moment ago, and never worked: there is no ledger in it.
      await databases.deleteInstance(id);
      throw ended(
        site,
        fault,
        'It was deleted again. `kuva cloud up` tries once more; --keep-failed keeps it to look at.',
      );
    }
    const ready =
      instance.status === 'ACTIVE' &&
      instance.operatingStatus === 'HEALTHY' &&
      publicAddressOf(instance) !== undefined;
    return ready
      ? { found: instance }
      : { state: [instance.status, instance.operatingStatus].filter(Boolean).join(', ') };
  });
}

async function removeDatabase(
  { clouds }: Site,
  id: string,
  name: string,
  { say, signal }: StepContext,
): Promise<void> {
  const { databases, secrets, clock } = clouds;
  const what = `database ${name} to be gone`;
  await waitUntil({ what, limit: goneLimit, every, clock, signal, seen: say }, async () => {
    const instance = await databases.getInstance(id);
    if (instance === undefined) return { found: true };
    // In BUILD it cannot be deleted.
    if (instance.status !== 'BUILD' && instance.status !== 'SHUTDOWN') await databases.deleteInstance(id);
    return { state: instance.status };
  });
  await secrets.forget('database-password');
}

export async function accessStep(
  site: Site,
  { id, allow, withdraw }: Extract<Target, { kind: 'database-access' }>,
): Promise<void> {
  const instance = id ?? site.known.database;
  if (instance === undefined) throw new Error('access to no database');
  // When things are taken away, nobody is let in anew.
  const add = allow.length === 0 && withdraw.length > 0 ? [] : cidrsOf(site, allow);
  await site.clouds.databases.changeAccess(instance, { add, remove: withdraw });
}

function ended({ stack: { database } }: Site, fault: string, remedy: string): KuvaError {
  return new KuvaError('cloud-failed', {
    what: `The database ${database.instance} ended in ERROR: ${fault}`,
    remedy,
  });
}

function nobody(): KuvaError {
  return new KuvaError('config-invalid', {
    what: 'Nobody would be let in to the database: the machines have no floating IP, and the address of their router is not known',
    data: 'No database was made: without a list, some clouds open it to everybody.',
    remedy:
      'Write `cloud: compute: floating_ip: true`, or the address that the machines have outside as `cloud: database: allowed_cidrs:`.',
  });
}

import type { Clouds } from '../clouds.ts';
import type { ObservedDatabases, ObservedInstance } from '../observed.ts';
import { type DatabaseFlavor, type DatabaseInstance, publicAddressOf } from '../services/database/answers.ts';
import type { Stack } from '../stack.ts';

/**
 * The instances of the wanted name. Trove has no tag, metadata or description: one is ours if its password is in the
 * private folder, where it was put before the instance was asked for.
 */
export async function observeDatabases(
  { databases, secrets }: Clouds,
  stack: Stack,
): Promise<ObservedDatabases> {
  const [all, flavors, owned] = await Promise.all([
    databases.listInstances(),
    databases.listFlavors(),
    secrets.has('database-password'),
  ]);
  const named = all.filter(({ name }) => name === stack.database.instance);
  const details = await Promise.all(named.map(({ id }) => databases.getInstance(id)));
  return {
    instances: details.flatMap((one) =>
      one === undefined || one.status === 'SHUTDOWN' ? [] : [instanceOf(one, flavors, owned)],
    ),
  };
}

function instanceOf(
  one: DatabaseInstance,
  flavors: readonly DatabaseFlavor[],
  owned: boolean,
): ObservedInstance {
  const publicAddress = publicAddressOf(one);
  return {
    id: one.id,
    name: one.name,
    owned,
    status: one.status,
    operatingStatus: one.operatingStatus,
    created: one.created ?? new Date(0),
    flavor: flavors.find(({ id }) => id === one.flavorId)?.name ?? one.flavorId,
    size: one.volumeSize ?? 0,
    datastore: one.datastore.type,
    version: one.datastore.version,
    allowedCidrs: one.allowedCidrs,
    ...(publicAddress !== undefined && { publicAddress }),
    ...(one.fault !== undefined && { fault: one.fault }),
  };
}

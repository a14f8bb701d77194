import { KuvaError } from '../image/failure.ts';
import type { Clouds } from './clouds.ts';
import type { Sizes } from './quota.ts';
import type { Stack } from './stack.ts';

/** The ids of what the configuration names; the clouds take nothing else. */
export interface Choices {
  readonly flavorId: string;
  readonly imageId: string;
  readonly networkId: string;
  readonly externalNetworkId?: string;
  readonly databaseFlavorId: string;
  readonly version: string;
  readonly sizes: Sizes;
}

/**
 * Looks up every name before anything is made.
 * @throws KuvaError `cloud-missing`, which lists what there is
 */
export async function findChoices(
  { compute, images, network, databases }: Clouds,
  stack: Stack,
): Promise<Choices> {
  const [flavors, found, networks, databaseFlavors, datastores] = await Promise.all([
    compute.listFlavors(),
    images.findImages(stack.compute.image),
    network.listNetworks(),
    databases.listFlavors(),
    databases.listDatastores(),
  ]);
  const image = found.find(({ status }) => status === 'active');
  if (image === undefined)
    throw missing(
      'image',
      stack.compute.image,
      'cloud: compute: image:',
      (await images.listImages()).map(({ name }) => name),
    );
  const flavor = named('flavor', stack.compute.flavor, 'cloud: compute: flavor:', flavors);
  const own = networks.filter(({ external }) => !external);
  const wanted = stack.compute.network;
  const inner =
    wanted === undefined ? onlyOne(own) : named('network', wanted, 'cloud: compute: network:', own);
  const external = networks.filter((one) => one.external);
  const outer = stack.compute.floating_ip
    ? named('external network', stack.compute.external_network, 'cloud: compute: external_network:', external)
    : undefined;
  const databaseFlavor = named(
    'database flavor',
    stack.database.flavor,
    'cloud: database: flavor:',
    databaseFlavors,
  );
  const datastore = named('datastore', stack.database.datastore, 'cloud: database: datastore:', datastores);
  const version =
    stack.database.version === undefined
      ? (datastore.versions.find(({ id }) => id === datastore.defaultVersionId) ?? datastore.versions.at(-1))
      : named('version', stack.database.version, 'cloud: database: version:', datastore.versions);
  if (version === undefined) throw missing('version', 'any', 'cloud: database: version:', []);
  return {
    flavorId: flavor.id,
    imageId: image.id,
    networkId: inner.id,
    databaseFlavorId: databaseFlavor.id,
    version: version.name,
    sizes: { cores: flavor.vcpus, memory: flavor.ram, databaseMemory: databaseFlavor.ram },
    ...(outer !== undefined && { externalNetworkId: outer.id }),
  };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function named<T extends Named>(kind: string, name: string, setting: string, there: readonly T[]): T {
  const found = there.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw missing(
    kind,
    name,
    setting,
    there.map((one) => one.name),
  );
}

/** Nova picks the only one too; with several it refuses, and with none it makes a machine without an address. */
function onlyOne<T extends Named>(networks: readonly T[]): T {
  const [only, another] = networks;
  if (only !== undefined && another === undefined) return only;
  throw missing(
    'network',
    'of its own',
    'cloud: compute: network:',
    networks.map(({ name }) => name),
  );
}

function missing(kind: string, name: string, setting: string, there: readonly string[]): KuvaError {
  const list = [...new Set(there)]
    .filter((one) => one !== '')
    .toSorted()
    .slice(0, 30);
  return new KuvaError('cloud-missing', {
    what: `The cloud has no ${kind} ${name}`,
    data: 'Nothing was made.',
    remedy: `Correct ${setting} in kuva.yaml; there ${list.length === 1 ? 'is' : 'are'} ${list.join(', ') || 'none'}.`,
  });
}

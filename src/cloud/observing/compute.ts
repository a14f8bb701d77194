import type { Clouds } from '../clouds.ts';
import { metadataKeys, readMark } from '../mark.ts';
import type { ObservedCompute, ObservedFloatingIp, ObservedGroup, ObservedMachine } from '../observed.ts';
import type { Flavor, Server } from '../services/compute/answers.ts';
import type { FloatingIp, SecurityGroup } from '../services/network/answers.ts';
import type { Stack } from '../stack.ts';

export async function observeCompute(clouds: Clouds, stack: Stack): Promise<ObservedCompute> {
  const { compute, network, groups } = clouds;
  const [servers, flavors, floatingIps, securityGroups, keypair, routerAddress] = await Promise.all([
    compute.listServers(),
    compute.listFlavors(),
    network.listFloatingIps(),
    groups.listGroups(),
    observeKeypair(clouds, stack),
    stack.compute.floating_ip ? undefined : findRouterAddress(clouds, stack),
  ]);
  const names = new Set(stack.workers.map(({ name }) => name));
  const machines = servers
    .map((server) => machineOf(server, flavors, stack))
    .filter(({ owned, name }) => owned || names.has(name));
  const ids = new Set(machines.map(({ id }) => id));
  return {
    machines,
    groups: securityGroups
      .map((group) => groupOf(group, stack))
      .filter(({ owned, name }) => owned || name === stack.compute.security_group),
    floatingIps: floatingIps
      .map((one) => addressOf(one, stack))
      .filter(({ owned, machine }) => owned || (machine !== undefined && ids.has(machine))),
    ...(keypair !== undefined && { keypair }),
    ...(routerAddress !== undefined && { routerAddress }),
  };
}

async function observeKeypair(
  { compute, secrets }: Clouds,
  stack: Stack,
): Promise<ObservedCompute['keypair']> {
  const found = await compute.getKeypair(stack.compute.keypair);
  if (found === undefined) return undefined;
  const own = (await secrets.has('ssh-key')) ? (await secrets.sshKey()).publicKey : undefined;
  return { name: found.name, ours: own !== undefined && sameKey(own, found.publicKey) };
}

/** Kind and key; the comment behind them may differ. */
function sameKey(one: string, other: string): boolean {
  const bare = (text: string): string => text.trim().split(/\s+/).slice(0, 2).join(' ');
  return bare(one) === bare(other);
}

/** Of the router that the machines' network is connected to. */
async function findRouterAddress({ network }: Clouds, stack: Stack): Promise<string | undefined> {
  const routers = await network.listRouters();
  const networks = await network.listNetworks();
  const wanted = networks.find(({ name, external }) => !external && name === stack.compute.network);
  for (const router of routers) {
    const [address] = router.externalAddresses;
    if (address === undefined) continue;
    if (wanted === undefined) return address;
    const ports = await network.listPorts({ deviceId: router.id });
    if (ports.some(({ networkId }) => networkId === wanted.id)) return address;
  }
  return undefined;
}

function machineOf(server: Server, flavors: readonly Flavor[], { pipeline }: Stack): ObservedMachine {
  const { metadata, flavorId, fault, keyName } = server;
  const owned = metadata[metadataKeys.pipeline] === pipeline;
  const worker = Number(metadata[metadataKeys.worker]);
  const volume = Number(metadata[metadataKeys.volume]);
  const image = metadata[metadataKeys.image];
  const ready = metadata[metadataKeys.ready];
  const secretsMark = metadata[metadataKeys.secrets];
  return {
    id: server.id,
    name: server.name,
    owned,
    status: server.task === 'deleting' ? 'DELETED' : server.status,
    created: server.created,
    // A flavor that was retired has no name any more; what it was made with is in its metadata.
    flavor: flavors.find(({ id }) => id === flavorId)?.name ?? metadata[metadataKeys.flavor] ?? flavorId,
    groups: server.securityGroups,
    addresses: server.addresses.map(({ address }) => address),
    ...(owned && Number.isInteger(worker) && { worker }),
    ...(Number.isInteger(volume) && { volume }),
    ...(image !== undefined && { image }),
    ...(ready !== undefined && { ready }),
    ...(secretsMark !== undefined && { secretsMark }),
    ...(fault !== undefined && { fault }),
    ...(keyName !== undefined && { keypair: keyName }),
  };
}

function groupOf({ id, name, description, rules }: SecurityGroup, { pipeline }: Stack): ObservedGroup {
  return {
    id,
    name,
    owned: readMark(description)?.pipeline === pipeline,
    rules: rules.map((rule) => ({
      id: rule.id,
      direction: rule.direction,
      ...(rule.protocol !== undefined && { protocol: rule.protocol }),
      ...(rule.ports !== undefined && { ports: rule.ports }),
      ...(rule.cidr !== undefined && { cidr: rule.cidr }),
    })),
  };
}

function addressOf(
  { id, address, description, portId, port }: FloatingIp,
  { pipeline }: Stack,
): ObservedFloatingIp {
  const mark = readMark(description);
  const owned = mark?.pipeline === pipeline;
  const machine = port?.deviceId;
  return {
    id,
    address,
    owned,
    inUse: portId !== undefined,
    ...(owned && mark.worker !== undefined && { worker: mark.worker }),
    ...(machine !== undefined && machine !== '' && { machine }),
  };
}

import type { Clouds } from './clouds.ts';
import type { Quotas } from './quota.ts';

/** What both clouds tell of their quotas. */
export async function readQuotas({ compute, network, databases }: Clouds): Promise<Quotas> {
  const [machines, net, database] = await Promise.all([compute.quota(), network.quota(), databases.quota()]);
  return {
    machines: machines.instances,
    cores: machines.cores,
    memory: machines.ram,
    floatingIps: net.floatingIps,
    securityGroups: net.securityGroups,
    databases: database.instances,
    databaseVolume: database.volumes,
    databaseMemory: database.ram,
  };
}

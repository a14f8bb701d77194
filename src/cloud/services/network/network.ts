/** Networks, routers, ports, floating IPs and their quota: Neutron. Groups and rules: `securityGroups.ts`. */
import { z } from 'zod';
import { listAll } from '../../session/pages.ts';
import type { CloudRequest, CloudSession } from '../../session/session.ts';
import {
  type FloatingIp,
  floatingIpSchema,
  type Network,
  networkSchema,
  type Port,
  portSchema,
  quotaSchema,
  type Router,
  routerSchema,
} from './answers.ts';
import { associate } from './associate.ts';

/** So much of a quota is used. A limit of Infinity: none. */
export interface NetworkUsage {
  readonly used: number;
  readonly limit: number;
}

export interface NetworkQuota {
  /** Those of databases count. */
  readonly floatingIps: NetworkUsage;
  readonly securityGroups: NetworkUsage;
  readonly rules: NetworkUsage;
  readonly ports: NetworkUsage;
}

export interface FloatingIpOrder {
  readonly networkId: string;
  /** At most 255 letters; ours to mark what we own. */
  readonly description: string;
  /** Given: it is associated from the start, and never with another port meanwhile. */
  readonly portId?: string;
}

/** All throw what {@link CloudSession.send} throws. */
export interface NetworkService {
  /** The project's own, the shared and the external ones. */
  listNetworks(): Promise<Network[]>;
  listRouters(): Promise<Router[]>;
  /** Ports of one server or router, or of one network. */
  listPorts(of: { readonly deviceId: string } | { readonly networkId: string }): Promise<Port[]>;
  /** Every one of the project, those of databases too. */
  listFloatingIps(): Promise<FloatingIp[]>;
  getFloatingIp(id: string): Promise<FloatingIp | undefined>;
  /** @throws KuvaError `cloud-quota`, `cloud-conflict` when the port has one already */
  createFloatingIp(order: FloatingIpOrder): Promise<FloatingIp>;
  /**
   * Gives a free floating IP to a port; one that the port has already is fine. Its `status` follows later.
   * @throws KuvaError `cloud-conflict` when it serves another port, even if that came about only just now
   */
  associateFloatingIp(id: string, portId: string): Promise<FloatingIp>;
  /** Sets the description of one that we adopt. */
  describeFloatingIp(id: string, description: string): Promise<void>;
  /** One that is not there is fine. */
  deleteFloatingIp(id: string): Promise<void>;
  quota(): Promise<NetworkQuota>;
}

export function openNetwork(session: CloudSession): NetworkService {
  const to = (
    method: CloudRequest['method'],
    path: string,
    doing: string,
    more: Partial<CloudRequest> = {},
  ): CloudRequest => ({ service: 'network', method, path, doing, ...more });
  const floatingIp = z.object({ floatingip: floatingIpSchema });
  const path = (id: string): string => `/floatingips/${encodeURIComponent(id)}`;
  const listFloatingIps = async (): Promise<FloatingIp[]> => {
    // An administrator sees everybody's.
    const { projectId } = await session.identity();
    const query = { project_id: projectId };
    return listAll(
      session,
      to('GET', '/floatingips', 'listing the floating IPs', { query }),
      'floatingips',
      floatingIpSchema,
    );
  };

  return {
    listFloatingIps,
    listNetworks: () =>
      listAll(session, to('GET', '/networks', 'listing the networks'), 'networks', networkSchema),
    listRouters: () =>
      listAll(session, to('GET', '/routers', 'listing the routers'), 'routers', routerSchema),

    listPorts(of) {
      const query = 'deviceId' in of ? { device_id: of.deviceId } : { network_id: of.networkId };
      return listAll(session, to('GET', '/ports', 'listing the ports', { query }), 'ports', portSchema);
    },

    async getFloatingIp(id) {
      return (await session.find(to('GET', path(id), `looking at floating IP ${id}`), floatingIp))
        ?.floatingip;
    },

    async createFloatingIp({ networkId, description, portId }) {
      const body = {
        floatingip: {
          floating_network_id: networkId,
          description,
          ...(portId !== undefined && { port_id: portId }),
        },
      };
      return (await session.ask(to('POST', '/floatingips', 'getting a floating IP', { body }), floatingIp))
        .floatingip;
    },

    associateFloatingIp: (id, portId) => associate(session, id, portId),

    async describeFloatingIp(id, description) {
      const body = { floatingip: { description } };
      await session.send(to('PUT', path(id), `marking floating IP ${id}`, { body }));
    },

    async deleteFloatingIp(id) {
      await session.send(to('DELETE', path(id), `giving back floating IP ${id}`, { allow: [404] }));
    },

    async quota() {
      const { projectId } = await session.identity();
      const doing = 'reading the quota of networks';
      // What is used is counted: the page with "details" is for administrators in some releases.
      const count = async (list: string, key: string): Promise<number> => {
        const query = { project_id: projectId, fields: 'id' };
        return (
          await listAll(session, to('GET', `/${list}`, doing, { query }), key, z.object({ id: z.string() }))
        ).length;
      };
      const [{ quota }, floatingIps, groups, rules, ports] = await Promise.all([
        session.ask(to('GET', `/quotas/${projectId}`, doing), quotaSchema),
        count('floatingips', 'floatingips'),
        count('security-groups', 'security_groups'),
        count('security-group-rules', 'security_group_rules'),
        count('ports', 'ports'),
      ]);
      return {
        floatingIps: { used: floatingIps, limit: quota.floatingip },
        securityGroups: { used: groups, limit: quota.security_group },
        rules: { used: rules, limit: quota.security_group_rule },
        ports: { used: ports, limit: quota.port },
      };
    },
  };
}

/** What Neutron answers. Source: Networking API v2.0 reference; seen on Zed. */
import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const optional = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));

export const networkSchema = z
  .object({
    id: z.string(),
    name: text,
    status: text,
    project_id: text,
    'router:external': z.boolean().default(false),
    shared: z.boolean().default(false),
    subnets: z.array(z.string()).default([]),
  })
  .transform(({ 'router:external': external, project_id, ...network }) => ({
    ...network,
    projectId: project_id,
    /** Floating IPs come from it. */
    external,
  }));

export type Network = z.infer<typeof networkSchema>;

export const routerSchema = z
  .object({
    id: z.string(),
    name: text,
    status: text,
    external_gateway_info: z
      .object({
        network_id: z.string(),
        external_fixed_ips: z.array(z.object({ ip_address: z.string() })).default([]),
      })
      .nullish(),
  })
  .transform(({ external_gateway_info: gateway, ...router }) => ({
    ...router,
    externalNetworkId: gateway?.network_id,
    /** From where machines without a floating IP reach the world. Empty where the cloud does not tell. */
    externalAddresses: gateway?.external_fixed_ips.map(({ ip_address }) => ip_address) ?? [],
  }));

export type Router = z.infer<typeof routerSchema>;

export const portSchema = z
  .object({
    id: z.string(),
    network_id: z.string(),
    status: text,
    device_id: text,
    /** `compute:nova`, `network:router_interface`, … */
    device_owner: text,
    fixed_ips: z.array(z.object({ ip_address: z.string() })).default([]),
    security_groups: z.array(z.string()).default([]),
  })
  .transform((port) => ({
    id: port.id,
    networkId: port.network_id,
    status: port.status,
    /** The server or router that it belongs to; empty: nothing. */
    deviceId: port.device_id,
    deviceOwner: port.device_owner,
    addresses: port.fixed_ips.map(({ ip_address }) => ip_address),
    /** Ids. */
    securityGroups: port.security_groups,
  }));

export type Port = z.infer<typeof portSchema>;

export const floatingIpSchema = z
  .object({
    id: z.string(),
    floating_ip_address: z.string(),
    floating_network_id: z.string(),
    port_id: optional,
    fixed_ip_address: optional,
    router_id: optional,
    status: text,
    description: text,
    tags: z.array(z.string()).default([]),
    port_details: z.object({ name: text, device_id: text, device_owner: text }).nullish(),
    revision_number: z.number().optional(),
  })
  .transform((ip) => ({
    id: ip.id,
    address: ip.floating_ip_address,
    networkId: ip.floating_network_id,
    /** Undefined: in use by nobody. */
    portId: ip.port_id,
    fixedAddress: ip.fixed_ip_address,
    routerId: ip.router_id,
    /** `ACTIVE`, `DOWN`; lags behind an association by a second or two. */
    status: ip.status,
    description: ip.description,
    tags: ip.tags,
    /** What is behind its port. A database's instance has the name `trove-<id of the instance>`. */
    port:
      ip.port_details == null
        ? undefined
        : {
            name: ip.port_details.name,
            deviceId: ip.port_details.device_id,
            deviceOwner: ip.port_details.device_owner,
          },
    revision: ip.revision_number,
  }));

export type FloatingIp = z.infer<typeof floatingIpSchema>;

/** Id of the database instance that Trove made this floating IP for: no leftover, and not ours to delete. */
export function databaseBehind(ip: FloatingIp): string | undefined {
  return /^trove-([0-9a-f-]{36})$/.exec(ip.port?.name ?? '')?.[1];
}

export const ruleSchema = z
  .object({
    id: z.string(),
    direction: z.enum(['ingress', 'egress']),
    ethertype: z.string().default('IPv4'),
    protocol: optional,
    port_range_min: z.number().nullish(),
    port_range_max: z.number().nullish(),
    remote_ip_prefix: optional,
    /** Without host bits; not in every release. */
    normalized_cidr: optional,
    remote_group_id: optional,
    description: text,
  })
  .transform((rule) => ({
    id: rule.id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    /** Undefined: every one. */
    protocol: rule.protocol,
    ports:
      rule.port_range_min == null || rule.port_range_max == null
        ? undefined
        : { from: rule.port_range_min, to: rule.port_range_max },
    /** Undefined: everybody, or the members of the remote group. */
    cidr: rule.normalized_cidr ?? rule.remote_ip_prefix,
    remoteGroupId: rule.remote_group_id,
    description: rule.description,
  }));

export type Rule = z.infer<typeof ruleSchema>;

export const securityGroupSchema = z
  .object({
    id: z.string(),
    name: text,
    description: text,
    tags: z.array(z.string()).default([]),
    project_id: text,
    security_group_rules: z.array(ruleSchema).default([]),
  })
  .transform((group) => ({
    id: group.id,
    name: group.name,
    description: group.description,
    tags: group.tags,
    projectId: group.project_id,
    /** Two for outgoing packets come with every new group. */
    rules: group.security_group_rules,
  }));

export type SecurityGroup = z.infer<typeof securityGroupSchema>;

/** -1 means that there is no limit. */
const limit = z.number().transform((value) => (value < 0 ? Infinity : value));

export const quotaSchema = z.object({
  quota: z.object({ floatingip: limit, security_group: limit, security_group_rule: limit, port: limit }),
});

/** Which packets reach a machine: Neutron's security groups and their rules. */
import { z } from 'zod';
import { listAll } from '../../session/pages.ts';
import { type CloudRequest, type CloudSession, understand } from '../../session/session.ts';
import { type Rule, ruleSchema, type SecurityGroup, securityGroupSchema } from './answers.ts';

export interface RuleOrder {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly ports: { readonly from: number; readonly to: number };
  /** Who may: IPv4. */
  readonly cidr: string;
  readonly description: string;
}

/** All throw what {@link CloudSession.send} throws. */
export interface SecurityGroupService {
  /** Every one of the project with its rules; names may be there twice. */
  listGroups(): Promise<SecurityGroup[]>;
  getGroup(id: string): Promise<SecurityGroup | undefined>;
  /** A second one of the same name is made too. @throws KuvaError `cloud-quota` */
  createGroup(name: string, description: string): Promise<SecurityGroup>;
  /** Sets the description of one that we adopt. */
  describeGroup(id: string, description: string): Promise<void>;
  /**
   * One that is not there is fine.
   * @throws KuvaError `cloud-conflict` while a port uses it, which one of a server does until its DELETE has ended
   */
  deleteGroup(id: string): Promise<void>;
  /** One that is there already is fine, and given back. @throws KuvaError `cloud-quota`, `cloud-refused` */
  addRule(groupId: string, rule: RuleOrder): Promise<Rule>;
  /** One that is not there is fine. */
  deleteRule(id: string): Promise<void>;
}

export function openSecurityGroups(session: CloudSession): SecurityGroupService {
  const to = (
    method: CloudRequest['method'],
    path: string,
    doing: string,
    more: Partial<CloudRequest> = {},
  ): CloudRequest => ({ service: 'network', method, path, doing, ...more });
  const group = z.object({ security_group: securityGroupSchema });
  const rule = z.object({ security_group_rule: ruleSchema });
  const id = encodeURIComponent;

  return {
    async listGroups() {
      // An administrator sees everybody's.
      const { projectId } = await session.identity();
      const request = to('GET', '/security-groups', 'listing the security groups', {
        query: { project_id: projectId },
      });
      return listAll(session, request, 'security_groups', securityGroupSchema);
    },

    async getGroup(groupId) {
      const request = to('GET', `/security-groups/${id(groupId)}`, `looking at security group ${groupId}`);
      return (await session.find(request, group))?.security_group;
    },

    async createGroup(name, description) {
      const body = { security_group: { name, description } };
      const request = to('POST', '/security-groups', `creating the security group ${name}`, { body });
      return (await session.ask(request, group)).security_group;
    },

    async describeGroup(groupId, description) {
      const body = { security_group: { description } };
      await session.send(
        to('PUT', `/security-groups/${id(groupId)}`, `marking security group ${groupId}`, { body }),
      );
    },

    async deleteGroup(groupId) {
      const doing = `deleting security group ${groupId}`;
      await session.send(to('DELETE', `/security-groups/${id(groupId)}`, doing, { allow: [404] }));
    },

    async addRule(groupId, order) {
      const doing = `adding a rule to security group ${groupId}`;
      const request = to('POST', '/security-group-rules', doing, {
        body: ruleBody(groupId, order),
        allow: [409],
      });
      // The same rule twice is a 409, so that a second try does no harm.
      const answer = await session.send({ ...request, repeatable: true });
      if (answer.refusal === undefined) return understand(answer, rule, doing).security_group_rule;
      const existing = /Rule id is ([0-9a-f-]{36})/.exec(answer.refusal.message)?.[1];
      if (existing === undefined)
        return (await session.ask({ ...request, allow: [] }, rule)).security_group_rule;
      const show = to('GET', `/security-group-rules/${existing}`, doing);
      return (await session.ask(show, rule)).security_group_rule;
    },

    async deleteRule(ruleId) {
      const doing = `deleting rule ${ruleId}`;
      await session.send(to('DELETE', `/security-group-rules/${id(ruleId)}`, doing, { allow: [404] }));
    },
  };
}

function ruleBody(groupId: string, { direction, protocol, ports, cidr, description }: RuleOrder): object {
  return {
    security_group_rule: {
      security_group_id: groupId,
      direction,
      ethertype: 'IPv4',
      protocol,
      port_range_min: ports.from,
      port_range_max: ports.to,
      remote_ip_prefix: cidr,
      description,
    },
  };
}

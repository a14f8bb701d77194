/** Virtual machines, keypairs and their quota: Nova. */
import { z } from 'zod';
import { listAll } from '../../session/pages.ts';
import type { CloudRequest, CloudSession } from '../../session/session.ts';
import {
  type ComputeQuota,
  type Flavor,
  flavorSchema,
  type Keypair,
  keypairSchema,
  limitsSchema,
  type Server,
  serverSchema,
} from './answers.ts';
import { serverBody, type ServerOrder } from './orders.ts';

/** All throw what {@link CloudSession.send} throws. */
export interface ComputeService {
  /** Every server of the project. Filter by name here: Nova's own filter is a regular expression. */
  listServers(): Promise<Server[]>;
  getServer(id: string): Promise<Server | undefined>;
  /**
   * Accepted, and in BUILD from now on; or in ERROR later, with its `fault`. A second one of the same name is taken too.
   * @throws KuvaError `cloud-quota`, `cloud-refused`
   * @returns its id
   */
  createServer(order: ServerOrder): Promise<string>;
  /** Accepted; gone when `getServer` finds nothing. One that is not there is fine. */
  deleteServer(id: string): Promise<void>;
  /** Starts one that is SHUTOFF. */
  startServer(id: string): Promise<void>;
  /** Replaces these keys, leaves others. */
  setMetadata(id: string, metadata: Readonly<Record<string, string>>): Promise<void>;
  /** Only once the server is ACTIVE: before, it has no port. A group that it has already is fine. */
  addSecurityGroup(serverId: string, groupId: string): Promise<void>;
  /** A group that it does not have is fine. */
  removeSecurityGroup(serverId: string, groupId: string): Promise<void>;
  /** What the machine wrote to its console: the last lines, or all that is kept. */
  consoleOutput(id: string, lines?: number): Promise<string>;
  listFlavors(): Promise<Flavor[]>;
  listKeypairs(): Promise<Keypair[]>;
  getKeypair(name: string): Promise<Keypair | undefined>;
  /** The private key never leaves this machine. @throws KuvaError `cloud-conflict` when the name is taken */
  importKeypair(name: string, publicKey: string): Promise<Keypair>;
  /** One that is not there is fine. */
  deleteKeypair(name: string): Promise<void>;
  quota(): Promise<ComputeQuota>;
}

/**
 * Version 2.1 of the API is asked for by name, so that a newer cloud answers in the same way: every Nova since 2014
 * has it, and it has all that is needed here.
 */
const headers = { 'openstack-api-version': 'compute 2.1', 'x-openstack-nova-api-version': '2.1' };

const id = encodeURIComponent;

export function openCompute(session: CloudSession): ComputeService {
  const to = (
    method: CloudRequest['method'],
    path: string,
    doing: string,
    more: Partial<CloudRequest> = {},
  ): CloudRequest => ({ service: 'compute', method, path, doing, headers, ...more });
  const act = (server: string, body: object, doing: string, allow: readonly number[] = []) =>
    session.send(to('POST', `/servers/${id(server)}/action`, doing, { body, allow, repeatable: true }));

  return {
    listServers: () =>
      listAll(session, to('GET', '/servers/detail', 'listing the servers'), 'servers', serverSchema),

    async getServer(server) {
      const request = to('GET', `/servers/${id(server)}`, `looking at server ${server}`);
      return (await session.find(request, z.object({ server: serverSchema })))?.server;
    },

    async createServer(order) {
      const request = to('POST', '/servers', `creating the server ${order.name}`, {
        body: serverBody(order),
      });
      return (await session.ask(request, z.object({ server: z.object({ id: z.string() }) }))).server.id;
    },

    async deleteServer(server) {
      await session.send(
        to('DELETE', `/servers/${id(server)}`, `deleting server ${server}`, { allow: [404] }),
      );
    },

    async startServer(server) {
      // 409: it runs already.
      await act(server, { 'os-start': null }, `starting server ${server}`, [409]);
    },

    async setMetadata(server, metadata) {
      const doing = `marking server ${server}`;
      await session.send(
        to('POST', `/servers/${id(server)}/metadata`, doing, { body: { metadata }, repeatable: true }),
      );
    },

    async addSecurityGroup(server, group) {
      const doing = `adding security group ${group} to server ${server}`;
      const request = to('POST', `/servers/${id(server)}/action`, doing, {
        body: { addSecurityGroup: { name: group } },
        repeatable: true,
      });
      const answer = await session.send({ ...request, allow: [400] });
      if (answer.refusal !== undefined && !answer.refusal.message.includes('Duplicate items')) {
        await session.send(request);
      }
    },

    async removeSecurityGroup(server, group) {
      const doing = `removing security group ${group} from server ${server}`;
      await act(server, { removeSecurityGroup: { name: group } }, doing, [404]);
    },

    async consoleOutput(server, lines) {
      const body = { 'os-getConsoleOutput': lines === undefined ? {} : { length: lines } };
      const doing = `reading the console of server ${server}`;
      const request = to('POST', `/servers/${id(server)}/action`, doing, { body, repeatable: true });
      return (await session.ask(request, z.object({ output: z.string().nullish() }))).output ?? '';
    },

    listFlavors: () =>
      listAll(session, to('GET', '/flavors/detail', 'listing the flavors'), 'flavors', flavorSchema),

    async listKeypairs() {
      const schema = z.object({ keypairs: z.array(z.object({ keypair: keypairSchema })) });
      const { keypairs } = await session.ask(to('GET', '/os-keypairs', 'listing the keypairs'), schema);
      return keypairs.map(({ keypair }) => keypair);
    },

    async getKeypair(name) {
      const request = to('GET', `/os-keypairs/${id(name)}`, `looking at keypair ${name}`);
      return (await session.find(request, z.object({ keypair: keypairSchema })))?.keypair;
    },

    async importKeypair(name, publicKey) {
      const body = { keypair: { name, public_key: publicKey } };
      const request = to('POST', '/os-keypairs', `importing the keypair ${name}`, { body });
      return (await session.ask(request, z.object({ keypair: keypairSchema }))).keypair;
    },

    async deleteKeypair(name) {
      await session.send(
        to('DELETE', `/os-keypairs/${id(name)}`, `deleting keypair ${name}`, { allow: [404] }),
      );
    },

    quota: () => session.ask(to('GET', '/limits', 'reading the quota of virtual machines'), limitsSchema),
  };
}

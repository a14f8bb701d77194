/** PostgreSQL on demand, and its quota: Trove, at CSC Pukki. */
import { z } from 'zod';
import { listAll } from '../../session/pages.ts';
import type { CloudRequest, CloudSession } from '../../session/session.ts';
import { changeAccess, type AccessChange } from './access.ts';
import {
  type DatabaseFlavor,
  databaseFlavorSchema,
  type DatabaseInstance,
  type Datastore,
  datastoreSchema,
  instanceSchema,
} from './answers.ts';
import { type DatabaseAccess, accessBody, type DatabaseOrder, instanceBody } from './orders.ts';
import { type DatabaseQuota, readQuota } from './quota.ts';

/** All throw what {@link CloudSession.send} throws. */
export interface DatabaseService {
  listDatastores(): Promise<Datastore[]>;
  listFlavors(): Promise<DatabaseFlavor[]>;
  /** Every instance of the project. Their `created`, `fault` and `volume.used` are told by `getInstance` alone. */
  listInstances(): Promise<DatabaseInstance[]>;
  getInstance(id: string): Promise<DatabaseInstance | undefined>;
  /**
   * Accepted, and in BUILD from now on; or in ERROR later, with its `fault`. A second one of the same name is taken too.
   * @throws KuvaError `cloud-quota`, `cloud-refused`, `cloud-missing` (no such datastore)
   * @returns its id
   */
  createInstance(order: DatabaseOrder): Promise<string>;
  /**
   * Accepted; gone with its volume and floating IP when `getInstance` finds nothing. One that is not there is fine.
   * @throws KuvaError `cloud-conflict` in BUILD
   */
  deleteInstance(id: string): Promise<void>;
  /** The whole list, which replaces the old one; accepted and done later. Use {@link changeAccess} to add and remove. */
  putAccess(id: string, access: DatabaseAccess): Promise<void>;
  /** Reads, merges, writes and waits until it is in force; see {@link changeAccess}. */
  changeAccess(id: string, change: AccessChange): Promise<DatabaseInstance>;
  quota(): Promise<DatabaseQuota>;
}

export function openDatabases(session: CloudSession): DatabaseService {
  const to = (
    method: CloudRequest['method'],
    path: string,
    doing: string,
    more: Partial<CloudRequest> = {},
  ): CloudRequest => ({ service: 'database', method, path, doing, ...more });
  const one = z.object({ instance: instanceSchema });
  const path = (id: string): string => `/instances/${encodeURIComponent(id)}`;
  // A second update while one is at work is accepted and lost: one at a time for each instance.
  const queues = new Map<string, Promise<unknown>>();

  const service: DatabaseService = {
    listDatastores: () =>
      listAll(session, to('GET', '/datastores', 'listing the datastores'), 'datastores', datastoreSchema),
    listFlavors: () =>
      listAll(
        session,
        to('GET', '/flavors', 'listing the flavors of databases'),
        'flavors',
        databaseFlavorSchema,
      ),
    listInstances: () =>
      listAll(session, to('GET', '/instances', 'listing the databases'), 'instances', instanceSchema),

    async getInstance(id) {
      return (await session.find(to('GET', path(id), `looking at database ${id}`), one))?.instance;
    },

    async createInstance(order) {
      const request = to('POST', '/instances', `creating the database ${order.name}`, {
        body: instanceBody(order),
      });
      return (await session.ask(request, z.object({ instance: z.object({ id: z.string() }) }))).instance.id;
    },

    async deleteInstance(id) {
      await session.send(to('DELETE', path(id), `deleting database ${id}`, { allow: [404] }));
    },

    async putAccess(id, access) {
      const doing = `setting who may connect to database ${id}`;
      await session.send(to('PUT', path(id), doing, { body: accessBody(access) }));
    },

    changeAccess(id, change) {
      const turn = (queues.get(id) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => changeAccess(service, session, id, change));
      queues.set(id, turn);
      return turn;
    },

    async quota() {
      const [instances, flavors] = await Promise.all([service.listInstances(), service.listFlavors()]);
      return readQuota(session, instances, flavors);
    },
  };
  return service;
}

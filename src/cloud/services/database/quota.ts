import { z } from 'zod';
import type { CloudSession } from '../../session/session.ts';
import type { DatabaseFlavor, DatabaseInstance } from './answers.ts';

/** So much of a quota is used. A limit of Infinity: none. */
export interface DatabaseUsage {
  readonly used: number;
  readonly limit: number;
}

export interface DatabaseQuota {
  readonly instances: DatabaseUsage;
  /** GiB. */
  readonly volumes: DatabaseUsage;
  /** MiB. */
  readonly ram: DatabaseUsage;
}

/** -1 means that there is no limit. Not every release tells of every one. */
const limit = z
  .number()
  .default(-1)
  .transform((value) => (value < 0 ? Infinity : value));

const absoluteSchema = z.object({
  verb: z.literal('ABSOLUTE'),
  max_instances: limit,
  max_volumes: limit,
  max_ram: limit,
});

const limitsSchema = z.object({ limits: z.array(z.unknown()) });

/**
 * The project's quota in Trove. What is used of it is counted: the page that tells it is for administrators.
 * @param flavors for the memory that each instance has
 */
export async function readQuota(
  session: CloudSession,
  instances: readonly DatabaseInstance[],
  flavors: readonly DatabaseFlavor[],
): Promise<DatabaseQuota> {
  const doing = 'reading the quota of databases';
  const { limits } = await session.ask(
    { service: 'database', method: 'GET', path: '/limits', doing },
    limitsSchema,
  );
  const found = limits.map((one) => absoluteSchema.safeParse(one).data).find((one) => one !== undefined);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    instances: { used: instances.length, limit: found?.max_instances ?? Infinity },
    volumes: {
      used: sum(instances.map(({ volumeSize }) => volumeSize ?? 0)),
      limit: found?.max_volumes ?? Infinity,
    },
    ram: {
      used: sum(instances.map(({ flavorId }) => flavors.find(({ id }) => id === flavorId)?.ram ?? 0)),
      limit: found?.max_ram ?? Infinity,
    },
  };
}

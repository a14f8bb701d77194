/** How many machines with a worker one PostgreSQL carries: by its rate, and by its connections. */

export interface Carried {
  /** Machines until the queue is the limit. */
  readonly byRate: number;
  /** Machines until a connection is refused. */
  readonly byConnections: number;
  readonly limit: 'rate' | 'connections';
}

/** What PostgreSQL keeps for superusers out of `max_connections`: superuser_reserved_connections, 3 as it comes. */
const reserved = 3;

/**
 * A model, no measurement: it takes the queue's rate to be the same whoever asks, and machines not to share anything
 * else, neither cores nor an object store that is at its limit.
 * @param queueRate images a second that the queue and the ledger settle
 * @param workerRate images a second of one machine with a worker
 * @param connections of one worker
 * @throws RangeError when one of them is not above 0
 */
export function carriedBy(
  queueRate: number,
  workerRate: number,
  maxConnections: number,
  connections: number,
): Carried {
  for (const given of [queueRate, workerRate, maxConnections, connections])
    if (!(given > 0)) throw new RangeError(`not above 0: ${given}`);
  const byRate = Math.floor(queueRate / workerRate);
  const byConnections = Math.floor((maxConnections - reserved) / connections);
  return { byRate, byConnections, limit: byRate <= byConnections ? 'rate' : 'connections' };
}

/** CPU milliseconds of one image, by who spends them, with one worker. */
export interface ImageCost {
  readonly workers: number;
  readonly ceph: number;
  readonly postgres: number;
}

/**
 * What so many workers on one machine with the servers should do: so many times one worker's rate, until the cores are
 * busy or the queue is at its limit. Held against what they did, it tells whether the model forgets a limit.
 * @param rateOfOne images a second of one worker
 * @param queueRate of `bench:backlog`, where it was measured
 */
export function predicted(
  workers: number,
  rateOfOne: number,
  cost: ImageCost,
  cores: number,
  queueRate = Number.POSITIVE_INFINITY,
): number {
  const byCores = (cores * 1000) / (cost.workers + cost.ceph + cost.postgres);
  return Math.min(workers * rateOfOne, byCores, queueRate);
}

/** Images a second of so many workers ÷ those of one, ÷ workers: 1 is perfect. */
export function efficiency(rate: number, workers: number, rateOfOne: number): number {
  return rate / rateOfOne / workers;
}

import type { MemoryDatabase } from './database.ts';
import type { Session, Worker } from './tables.ts';

/** Who is at work, and what becomes of a dead one's images: src/ledger/migrations/003-workers.ts and 008-leases.ts. */
export function register(
  database: MemoryDatabase,
  me: { readonly id: string; readonly pipeline: string; readonly version: string; readonly lease: number },
  session: Session,
  pools: readonly string[],
): void {
  const { workers } = database.tables;
  const now = database.now();
  const known = workers.get(me.id);
  // The server has not noticed that the last connection broke: it would keep the lock.
  if (known !== undefined && known.session !== session) database.endSession(known.session);
  workers.set(me.id, {
    ...me,
    startedAt: known?.startedAt ?? now,
    pools,
    session,
    beatAt: now,
    lostSince: undefined,
  });
}

/** A worker leaves in order; what it still had in work is given back. */
export function unregister(database: MemoryDatabase, id: string): void {
  const worker = database.tables.workers.get(id);
  database.giveBack([id], worker?.pools ?? []);
  database.tables.workers.delete(id);
  if (worker !== undefined) database.endSession(worker.session);
}

/** The heartbeat; false when this worker was given up meanwhile. */
export function beat(database: MemoryDatabase, id: string, session: Session): boolean {
  const worker = database.tables.workers.get(id);
  if (worker?.session !== session || !database.isHeld(worker)) return false;
  worker.beatAt = database.now();
  worker.lostSince = undefined;
  return true;
}

/** Milliseconds that a lock must have been gone. */
const believed = 1_500;

/** Looks for workers whose lock is gone or whose heartbeat is older than their lease, and takes over what they had. */
export function rescue(database: MemoryDatabase, me: string): string[] {
  const { workers } = database.tables;
  const now = database.now();
  const others = [...workers.values()].filter(({ id }) => id !== me);
  for (const worker of others) {
    const fine = worker.beatAt > now - worker.lease * 0.75 && database.isHeld(worker);
    if (fine) worker.lostSince = undefined;
    else worker.lostSince ??= now;
  }
  const dead = others.filter((worker) => isDead(database, worker, now));
  for (const { id, pools, session } of dead) {
    database.endSession(session);
    database.giveBack([id], pools);
    workers.delete(id);
  }
  return dead.map(({ id }) => id);
}

function isDead(database: MemoryDatabase, worker: Worker, now: number): boolean {
  const { lostSince, beatAt, lease } = worker;
  if (lostSince === undefined || lostSince >= now - believed) return false;
  // Silent, with its lock: two looks some time apart.
  return (
    !database.isHeld(worker) || (beatAt <= now - lease && lostSince <= now - Math.min(lease / 5, 10_000))
  );
}

/** Mends what an accident may have left: see kuva.repair. */
export function repair(database: MemoryDatabase): void {
  const { jobs, images, workers } = database.tables;
  const now = database.now();
  const pools = new Set([...workers.values()].flatMap((worker) => worker.pools));
  for (const job of jobs.values()) {
    if (job.lockedBy !== undefined && !pools.has(job.lockedBy)) job.lockedBy = undefined;
    if (job.replaced && job.lockedBy === undefined) jobs.delete(job.id);
  }
  for (const image of images.values()) {
    if (image.state === 'processing' && (image.startedAt ?? now) < now - 30_000) {
      if (image.worker === undefined || !workers.has(image.worker)) database.requeue(image);
    }
    if (image.state === 'queued' && database.jobOf(image.id) === undefined) database.addJob(image);
  }
}

/** What this worker began and has put out of its hands without a word. */
export function repairOwn(database: MemoryDatabase, id: string, inWork: readonly bigint[]): void {
  for (const image of database.tables.images.values()) {
    const mine = image.state === 'processing' && image.worker === id && !inWork.includes(image.id);
    if (mine && (image.startedAt ?? 0) < database.now() - 10_000) database.requeue(image);
  }
}

/** Nothing is under way any more that was taken under these names. */
export function dropPools(database: MemoryDatabase, id: string, gone: readonly string[]): void {
  for (const job of database.tables.jobs.values()) {
    if (job.lockedBy !== undefined && gone.includes(job.lockedBy)) job.lockedBy = undefined;
  }
  const worker = database.tables.workers.get(id);
  if (worker !== undefined) worker.pools = worker.pools.filter((pool) => !gone.includes(pool));
}

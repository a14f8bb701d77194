import { KuvaError } from '../../src/image/failure.ts';
import type { ObjectKey } from '../../src/image/key.ts';
import { type ImageState, nextStates } from '../../src/image/state.ts';
import type { Image, Job, OutputKey, Session, Tables } from './tables.ts';

/** The database that ledgers and queues in memory share: tables, a clock, locks. Whatever it does is one step. */
export class MemoryDatabase {
  readonly tables: Tables = {
    images: new Map(),
    records: [],
    outputKeys: new Map(),
    jobs: new Map(),
    workers: new Map(),
    outages: new Map(),
  };
  /** Who discovers, by pipeline. */
  readonly leaders = new Map<string, Session>();
  /** Called when a job may have become due: NOTIFY. */
  readonly listeners = new Set<() => void>();
  readonly #clock: () => number;
  readonly random: () => number;
  #last = 0;
  #ids = 0;
  #tokens = 0n;

  constructor(clock: () => number, random: () => number = () => Math.random()) {
    this.#clock = clock;
    this.random = random;
  }

  /** Milliseconds, never the same twice: as PostgreSQL's microseconds, they tell which of two things came first. */
  now(): number {
    this.#last = Math.max(this.#clock(), this.#last + 0.001);
    return this.#last;
  }

  nextId(): number {
    return ++this.#ids;
  }

  nextToken(): bigint {
    return ++this.#tokens;
  }

  image(pipeline: string, id: bigint): Image | undefined {
    const image = this.tables.images.get(id);
    return image?.pipeline === pipeline ? image : undefined;
  }

  /** As the trigger of the real one: only the ways that the state diagram has. */
  setState(image: Image, state: ImageState): void {
    const allowed: readonly ImageState[] = nextStates[image.state];
    if (image.state !== state && !allowed.includes(state)) {
      throw new KuvaError('database-failed', {
        what: `image ${image.id} cannot go from ${image.state} to ${state}`,
      });
    }
    image.state = state;
    image.changedAt = this.now();
  }

  outputKey(bucket: string, key: ObjectKey): OutputKey | undefined {
    return this.tables.outputKeys.get(JSON.stringify([bucket, key]));
  }

  addOutputKey(owned: OutputKey): OutputKey {
    this.tables.outputKeys.set(JSON.stringify([owned.bucket, owned.key]), owned);
    return owned;
  }

  jobOf(imageId: bigint): Job | undefined {
    return [...this.tables.jobs.values()].find((job) => job.imageId === imageId && !job.replaced);
  }

  /** Gives an image a job, due when the image is, instead of the one that it may have. */
  addJob(image: Image): void {
    const known = this.jobOf(image.id);
    if (known !== undefined && known.lockedBy === undefined) known.dueAt = image.dueAt;
    else {
      if (known !== undefined) known.replaced = true;
      const id = this.nextId();
      const { pipeline, dueAt } = image;
      this.tables.jobs.set(id, {
        id,
        pipeline,
        imageId: image.id,
        dueAt,
        lockedBy: undefined,
        replaced: false,
      });
    }
    for (const wake of this.listeners) wake();
  }

  /** Queues it again: for itself, or since whoever had it is gone. */
  requeue(image: Image, dueAt = this.now()): void {
    this.setState(image, 'queued');
    image.worker = undefined;
    image.dueAt = dueAt;
    this.addJob(image);
  }

  /** Gives back what workers had: their jobs are done anew, what they had in work is queued. */
  giveBack(workers: readonly string[], pools: readonly string[]): number {
    for (const job of this.tables.jobs.values()) {
      if (job.lockedBy === undefined || !pools.includes(job.lockedBy)) continue;
      this.tables.jobs.delete(job.id);
      const image = this.tables.images.get(job.imageId);
      if (!job.replaced && image?.state === 'queued') this.addJob(image);
    }
    let given = 0;
    for (const image of this.tables.images.values()) {
      if (image.state !== 'processing' || image.worker === undefined) continue;
      if (!workers.includes(image.worker)) continue;
      const spread = image.attempts < 2 ? 0 : this.random() * 1_000 * 2 ** Math.min(image.attempts, 6);
      this.requeue(image, this.now() + spread);
      given++;
    }
    return given;
  }

  /** The connection is gone, and its locks with it. */
  endSession(session: Session): void {
    for (const [pipeline, leader] of this.leaders) if (leader === session) this.leaders.delete(pipeline);
    session.lost.abort(
      new KuvaError('database-unreachable', { what: 'The connection to the database broke' }),
    );
  }

  isHeld({ session }: { session: Session }): boolean {
    return !session.lost.signal.aborted;
  }
}

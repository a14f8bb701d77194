import { KuvaError } from '../../src/image/failure.ts';
import type {
  ArchivedInput,
  Attempt,
  Begin,
  BeginOptions,
  GrantedKey,
  KeyWish,
  RecipeNote,
  SeenObject,
  Settlement,
} from '../../src/ledger/contract/attempt.ts';
import type { NewRecord } from '../../src/ledger/contract/record.ts';
import type { MemoryDatabase } from './database.ts';
import type { Image, OutputKey } from './tables.ts';

/** One image's protocol, as src/ledger/migrations/004-protocol.ts has it; each function is one transaction. */
export function enqueue(
  database: MemoryDatabase,
  pipeline: string,
  bucket: string,
  objects: readonly SeenObject[],
  listedAt: Date,
): number {
  let queued = 0;
  for (const { key, etag, size } of objects) {
    const known = [...database.tables.images.values()].find(
      (image) =>
        image.pipeline === pipeline && image.bucket === bucket && image.key === key && image.etag === etag,
    );
    if (known === undefined) add(database, { pipeline, bucket, key, etag, size });
    else if (!liesThereAgain(known, listedAt)) continue;
    else again(database, known);
    queued++;
  }
  return queued;
}

function liesThereAgain({ state, settledAt, movedTo, kept }: Image, listedAt: Date): boolean {
  if (kept) return false;
  // A listing that was begun before the image was settled may still show the old object.
  if (settledAt === undefined || settledAt >= listedAt.getTime()) return false;
  return state === 'done' || state === 'superseded' || (state === 'rejected' && movedTo !== undefined);
}

function add(
  database: MemoryDatabase,
  told: Pick<Image, 'pipeline' | 'bucket' | 'key' | 'etag' | 'size'>,
): void {
  const now = database.now();
  const image: Image = {
    ...told,
    id: BigInt(database.nextId()),
    state: 'queued',
    round: 1,
    committedRound: 0,
    attempts: 0,
    maxAttempts: 1,
    token: 0n,
    worker: undefined,
    discoveredAt: now,
    queuedAt: now,
    dueAt: now,
    startedAt: undefined,
    settledAt: undefined,
    changedAt: now,
    failure: undefined,
    movedTo: undefined,
    kept: false,
    archived: undefined,
    fromArchive: false,
  };
  database.tables.images.set(image.id, image);
  database.addJob(image);
}

function again(database: MemoryDatabase, image: Image): void {
  image.round++;
  image.fromArchive = false;
  // A rejected image keeps its reason and its place: it may have been seen between its settling and its removal.
  if (image.state !== 'rejected') image.movedTo = undefined;
  fresh(database, image);
}

/** Queued with all its attempts: the same bytes lie there once more, or a person asked for it. */
export function fresh(database: MemoryDatabase, image: Image): void {
  image.attempts = 0;
  image.startedAt = undefined;
  image.settledAt = undefined;
  if (image.movedTo === undefined) image.failure = undefined;
  image.queuedAt = database.now();
  database.requeue(image, image.queuedAt);
}

export function begin(
  database: MemoryDatabase,
  pipeline: string,
  imageId: bigint,
  options: BeginOptions,
): Begin {
  const image = database.image(pipeline, imageId);
  if (image === undefined || (image.state !== 'queued' && image.state !== 'processing')) {
    return { outcome: 'over', state: image?.state };
  }
  const { worker, maxAttempts } = options;
  if (image.attempts >= maxAttempts) {
    if (image.state === 'queued') database.setState(image, 'processing');
    database.setState(image, 'failed');
    image.token = database.nextToken();
    image.worker = undefined;
    image.settledAt = image.changedAt;
    image.failure = {
      code: 'transform-crashed',
      what: `Its ${image.attempts} attempts ended without a word: the worker was killed or cut off each time`,
      remedy: 'Look whether this image needs more memory than the machine has; then use kuva retry.',
    };
    return { outcome: 'exhausted' };
  }
  const owned = grant(database, image, options);
  if (owned === 'later') {
    database.requeue(image, database.now() + 1_000 + database.random() * 1_000);
    return { outcome: 'over', state: 'queued' };
  }
  const now = database.now();
  database.setState(image, 'processing');
  image.attempts++;
  image.maxAttempts = maxAttempts;
  image.token = database.nextToken();
  image.worker = worker;
  image.startedAt = now;
  image.settledAt = undefined;
  const attempt: Attempt = {
    imageId,
    image: { pipeline, bucket: image.bucket, key: image.key, etag: image.etag },
    size: image.size,
    number: image.attempts,
    round: image.round,
    token: image.token,
    waitedMs: Math.max(0, now - Math.max(image.queuedAt, image.dueAt)),
    committed: image.committedRound === image.round,
    outputKeys: new Map([...owned].map(([output, key]) => [output, granted(key)])),
    ...(image.fromArchive && image.archived !== undefined && { source: image.archived }),
  };
  return { outcome: 'begun', attempt };
}

function granted({ key, written }: OutputKey): GrantedKey {
  return written === undefined ? { key } : { key, previous: { etag: written.etag, sha256: written.sha256 } };
}

export function grantKeys(
  database: MemoryDatabase,
  { imageId, token, image: { pipeline } }: Attempt,
  wish: KeyWish,
): ReadonlyMap<string, GrantedKey> | 'lost' | 'later' {
  const image = database.image(pipeline, imageId);
  if (image === undefined || image.token !== token || image.state !== 'processing') return 'lost';
  const owned = grant(database, image, wish);
  return owned === 'later' ? owned : new Map([...owned].map(([output, key]) => [output, granted(key)]));
}

/** Another round for images that are done, and whose input is still there. */
export function reprocess(database: MemoryDatabase, image: Image): boolean {
  if (image.state !== 'done' || !(image.kept || image.archived !== undefined)) return false;
  image.round++;
  image.fromArchive = !image.kept;
  fresh(database, image);
  return true;
}

/** Nothing is changed until all of them can be had. */
function grant(
  database: MemoryDatabase,
  image: Image,
  { wanted, outputBucket: bucket, conflict }: KeyWish,
): Map<string, OutputKey> | 'later' {
  const found = new Map<string, OutputKey>();
  for (const { output, key, alternative } of wanted) {
    const taken = [...found.values()].map((owned) => owned.key);
    for (const choice of [key, alternative]) {
      const owned = database.outputKey(bucket, choice) ?? {
        imageId: image.id,
        bucket,
        key: choice,
        written: undefined,
      };
      const mine = owned.imageId === image.id && !taken.includes(choice);
      if (!mine && conflict === 'replace' && owned.imageId !== image.id) {
        if (database.tables.images.get(owned.imageId)?.state === 'processing') return 'later';
        found.set(output, owned);
        break;
      }
      if (mine) {
        found.set(output, owned);
        break;
      }
      if (conflict !== 'keep-both' || choice === alternative) throw takenBy(choice);
    }
  }
  for (const owned of found.values()) {
    owned.imageId = image.id;
    database.addOutputKey(owned);
  }
  return found;
}

function takenBy(key: string): KuvaError {
  return new KuvaError('output-key-taken', { what: `${key} belongs to another image` });
}

export function commit(
  database: MemoryDatabase,
  { imageId, token, image: identity }: Attempt,
  records: readonly NewRecord[],
  recipe: RecipeNote,
  archived?: ArchivedInput,
): 'committed' | 'lost' {
  const image = database.image(identity.pipeline, imageId);
  if (image === undefined || image.token !== token || image.state !== 'processing') return 'lost';
  if (image.committedRound === image.round) return 'committed';
  for (const record of records) {
    if (!Number.isInteger(record.outputBytes)) {
      throw new KuvaError('database-failed', { what: 'outputBytes is no whole number' });
    }
    const owned = database.outputKey(record.outputBucket, record.outputKey);
    const strangers = owned !== undefined && owned.imageId !== imageId;
    // The same bytes as its owner's: a picture that was put in twice has one output.
    if (strangers && owned.written?.sha256 !== record.outputSha256) throw takenBy(record.outputKey);
  }
  const at = database.now();
  for (const record of records) {
    const id = BigInt(database.nextId());
    const { round, attempts, worker = '' } = image;
    database.tables.records.push({
      ...record,
      id,
      at,
      imageId,
      recordedAt: new Date(at),
      image: identity,
      round,
      recipeDigest: recipe.digest,
      recipeText: recipe.text,
      ...(recipe.rule !== undefined && { rule: recipe.rule }),
      attempt: attempts,
      worker,
    });
    const { outputBucket: bucket, outputKey: key } = record;
    const owned =
      database.outputKey(bucket, key) ?? database.addOutputKey({ imageId, bucket, key, written: undefined });
    if (owned.imageId !== imageId) continue;
    owned.written = { record: id, etag: record.outputEtag, sha256: record.outputSha256 };
  }
  image.committedRound = image.round;
  if (archived !== undefined) image.archived = archived;
  return 'committed';
}

export function settle(
  database: MemoryDatabase,
  { imageId, token, image: { pipeline } }: Attempt,
  settlement: Settlement,
): 'settled' | 'lost' {
  const image = database.image(pipeline, imageId);
  if (image === undefined || image.token !== token) return 'lost';
  const movedBefore =
    image.movedTo !== undefined && settlement.state !== 'done' && settlement.state !== 'rejected';
  const next =
    movedBefore && settlement.state === 'superseded' ? 'rejected' : nextState(image, settlement.state);
  if (image.state !== 'processing') return image.state === next ? 'settled' : 'lost';
  if (!movedBefore) {
    image.failure = 'failure' in settlement ? settlement.failure : undefined;
    image.movedTo = settlement.state === 'rejected' ? settlement.movedTo : undefined;
  }
  if (settlement.state === 'postponed') image.attempts = Math.max(0, image.attempts - 1);
  if (next === 'queued') {
    database.requeue(image, database.now() + ('delayMs' in settlement ? settlement.delayMs : 0));
  } else {
    database.setState(image, next);
    image.settledAt = image.changedAt;
    image.kept = settlement.state === 'done' && settlement.kept === true;
  }
  return 'settled';
}

function nextState(image: Image, outcome: Settlement['state']) {
  switch (outcome) {
    case 'attempt-failed':
      return image.attempts >= image.maxAttempts ? 'failed' : 'queued';
    case 'postponed':
      return 'queued';
    default:
      return outcome;
  }
}

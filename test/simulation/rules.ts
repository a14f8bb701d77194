import type { Recipe } from '../../src/image/recipe.ts';
import type { Change, MemoryBucket, Stored } from '../memory/bucket.ts';
import type { MemoryDatabase } from '../memory/database.ts';
import type { Image, KeptRecord } from '../memory/tables.ts';
import type { Call } from '../memory/wire.ts';
import { contentOf, outputBytes } from './pictures.ts';
import type { WorldPlan } from './plan.ts';

export interface RuledWorld {
  readonly plan: WorldPlan;
  readonly recipe: Recipe;
  readonly database: MemoryDatabase;
  readonly input: MemoryBucket;
  readonly output: MemoryBucket;
  readonly rejected: MemoryBucket;
  /** Nothing goes wrong in this history: its owner alone does something. */
  readonly quiet: boolean;
}

/** What became of something that the owner put in. */
type Fate =
  | 'lies there'
  | 'taken by its owner'
  | 'taken when accounted for'
  | 'lost in the documented window';

interface Upload {
  readonly object: Stored;
  fate: Fate;
  /** Records that there were when it was put in again after all was over; it must get some of its own. */
  readonly recordsBefore: number | undefined;
}

/**
 * The promise, checked at every step by looking at what lies in the buckets and in the tables: whatever the program
 * believes does not matter here.
 */
export class Rules {
  readonly broken: string[] = [];
  readonly #world: () => RuledWorld;
  /** Losses that docs/decisions/0005 warns of, where a server cannot remove exactly. */
  windows = 0;
  readonly #uploads = new Map<number, Upload>();
  readonly #strangers = new Set<string>();
  /** Images that were settled as moved aside, once at least. */
  readonly #moved = new Set<bigint>();
  #byOwner = false;
  #seenRecords = 0;

  constructor(world: () => RuledWorld) {
    this.#world = world;
  }

  /** What the owner does is not judged. */
  owner(deed: () => void): void {
    this.#byOwner = true;
    deed();
    this.#byOwner = false;
  }

  breach(text: string): void {
    this.broken.push(text);
  }

  readonly inputChanged = (change: Change): void => {
    const { input } = this.#world();
    if (change.kind === 'written') {
      if (!this.#byOwner) this.breach(`A worker wrote ${show(change.object)} into the input bucket`);
      this.#uploads.set(change.object.serial, {
        object: change.object,
        fate: 'lies there',
        recordsBefore: this.#recordsBefore(change),
      });
      if (change.before !== undefined && !input.traits.versioned)
        this.#fate(change.before, 'taken by its owner');
      return;
    }
    const { object, looked } = change;
    if (this.#byOwner) this.#fate(object, 'taken by its owner');
    else if (this.#isAccountedFor(object)) {
      this.#fate(object, 'taken when accounted for');
      this.#checkOwnRecords(object);
    } else if (looked !== undefined && this.#inWindow(looked, object)) {
      this.windows++;
      this.#fate(object, 'lost in the documented window');
    } else this.breach(`${show(object)} was removed from the input bucket, and nothing was made of it`);
  };

  readonly outputChanged = (change: Change): void => {
    const { plan, database } = this.#world();
    if (this.#byOwner) {
      this.#strangers.add(change.object.key);
      return;
    }
    if (change.kind === 'removed') {
      this.breach(`${show(change.object)} was removed from the output bucket`);
      return;
    }
    const { before, object } = change;
    if (before === undefined || before.sha256 === object.sha256 || plan.conflict === 'replace') return;
    if (this.#strangers.has(object.key)) this.breach(`A stranger’s ${object.key} was overwritten`);
    const proven = database.tables.records.some(
      ({ outputKey, outputSha256 }) => outputKey === object.key && outputSha256 === before.sha256,
    );
    if (proven)
      this.breach(`${show(before)} is recorded as an output, and was overwritten by ${show(object)}`);
  };

  readonly rejectedChanged = (change: Change): void => {
    if (change.kind === 'removed' || (change.before && change.before.sha256 !== change.object.sha256))
      this.breach(`${show(change.object)}: something in the place for rejected images was destroyed`);
  };

  /** Around what the database does. */
  watch<T>(call: Call, effect: () => T): T {
    const { attempt } = call;
    if (!call.name.startsWith('ledger.')) return effect();
    const image = attempt && this.#world().database.tables.images.get(attempt.imageId);
    const stale = image !== undefined && image.token !== attempt?.token;
    const before = stale ? stateOf(image) : '';
    const count = this.#world().database.tables.records.length;
    try {
      return effect();
    } finally {
      if (stale && (stateOf(image) !== before || this.#world().database.tables.records.length !== count))
        this.breach(`${call.name} ${call.about ?? ''}: an attempt that no longer counts changed something`);
      if (image?.movedTo !== undefined) this.#moved.add(image.id);
      this.#checkNewRecords();
    }
  }

  #checkNewRecords(): void {
    const { database, recipe } = this.#world();
    const { records } = database.tables;
    const fresh = records.slice(this.#seenRecords);
    this.#seenRecords = records.length;
    for (const record of fresh) {
      this.#checkTruth(record);
      const { imageId, round } = record;
      const same = records.filter((other) => other.imageId === imageId && other.round === round);
      const outputs = same.map(({ output }) => output);
      if (new Set(outputs).size < outputs.length)
        this.breach(`${name(record)} was recorded twice in one round`);
      if (new Set(outputs).size < recipe.outputs.length)
        this.breach(`${name(record)} was recorded without its other outputs`);
    }
  }

  #checkTruth(record: KeptRecord): void {
    const { output } = this.#world();
    const there = output.current(record.outputKey);
    if (there?.sha256 !== record.outputSha256)
      this.breach(`${name(record)} was recorded, and is not in the output bucket with that hash`);
    const source = [...this.#uploads.values()].find(
      ({ object }) =>
        object.key === record.image.key &&
        object.etag === record.image.etag &&
        object.sha256 === record.inputSha256,
    );
    if (source === undefined) {
      this.breach(`${name(record)} was recorded with an input that there never was`);
    } else if (there !== undefined && !outputBytes(source.object.bytes, record.output).equals(there.bytes)) {
      this.breach(`${name(record)} was made from another image`);
    }
  }

  #isAccountedFor(object: Stored): boolean {
    const { database, output, rejected, recipe, plan } = this.#world();
    const { records } = database.tables;
    const { sha256 } = object;
    const image = this.#imageOf(object);
    if (image === undefined) return false;
    if (this.#moved.has(image.id) && rejected.all().some((copy) => copy.sha256 === sha256)) return true;
    return recipe.outputs.every(({ name: wanted }) =>
      records.some(
        (record) =>
          record.imageId === image.id &&
          record.output === wanted &&
          record.inputSha256 === sha256 &&
          // With `replace` a later image may have taken its place since: that is what was asked for.
          (plan.conflict === 'replace' || output.current(record.outputKey)?.sha256 === record.outputSha256),
      ),
    );
  }

  /**
   * Counted where nothing goes wrong in this history: else a removal that was under way when all seemed over may
   * hit the same bytes put in again, whose output there is.
   */
  #recordsBefore({ object, ...change }: Change): number | undefined {
    const { quiet } = this.#world();
    const again = change.kind === 'written' && change.before === undefined && quiet;
    const image = again ? this.#imageOf(object) : undefined;
    return image?.state === 'done' ? this.#recordsOf(image) : undefined;
  }

  #checkOwnRecords(object: Stored): void {
    const before = this.#uploads.get(object.serial)?.recordsBefore;
    const image = this.#imageOf(object);
    if (before === undefined || image === undefined || this.#recordsOf(image) > before) return;
    this.breach(`${show(object)} was put in once more, and was removed without a record of its own`);
  }

  #imageOf({ key, etag }: Stored): Image | undefined {
    return [...this.#world().database.tables.images.values()].find(
      (one) => one.key === key && one.etag === etag,
    );
  }

  #recordsOf({ id }: Image): number {
    return this.#world().database.tables.records.filter(({ imageId }) => imageId === id).length;
  }

  #inWindow(looked: Stored, removed: Stored): boolean {
    const { input } = this.#world();
    if (removed.serial <= looked.serial) return false;
    const second = ({ lastModified }: Stored): number => Math.floor(lastModified.getTime() / 1000);
    switch (input.traits.removal) {
      case 'compare':
        return true;
      case 'if-unmodified-since':
        return second(removed) <= second(looked);
      case 'exact':
      case 'if-match':
        return false;
    }
  }

  #fate(object: Stored, fate: Fate): void {
    const upload = this.#uploads.get(object.serial);
    if (upload !== undefined) upload.fate = fate;
  }

  /** Everything that was ever put in is where it can be found, when all is over. */
  checkNothingLost(): void {
    const { input } = this.#world();
    for (const { object, fate } of this.#uploads.values()) {
      if (
        fate === 'lies there' &&
        input.current(object.key)?.serial !== object.serial &&
        !input.traits.versioned
      )
        this.breach(`${show(object)} is gone, and nobody removed it`);
      if (fate === 'taken when accounted for' && !this.#isAccountedFor(object))
        this.breach(`${show(object)} was removed, and what was made of it is gone`);
    }
  }
}

function stateOf(image: Image): string {
  const { state, attempts, round, committedRound, movedTo, dueAt } = image;
  return JSON.stringify({ state, attempts, round, committedRound, movedTo, dueAt });
}

function show({ key, serial, bytes }: Stored): string {
  return `${key} (${contentOf(bytes) ?? Buffer.from(bytes).toString()}, write ${serial})`;
}

function name({ output, image, outputKey }: KeptRecord): string {
  return `${outputKey} (${output} of ${image.key})`;
}

import { toKuvaError } from '../image/failure.ts';
import type { ObjectKey } from '../image/key.ts';
import { showBytes } from '../image/quantity.ts';
import { keyOfOutput } from '../image/recipe.ts';
import type { ImageState } from '../image/state.ts';
import type { KnownState } from '../ledger/contract/images.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { ObjectStore, ObjectVersion } from '../store/contract.ts';
import type { ImageFacts, Transformer } from '../transform/contract.ts';
import { type Choice, type Chooser, knownOf } from './choose/choose.ts';

/** What would become of an object. */
export type Fate =
  | {
      readonly kind: 'process';
      readonly rule?: string;
      /** As the recipe asks; where one belongs to another image, `conflict` decides. */
      readonly outputs: readonly { readonly output: string; readonly key: ObjectKey }[];
    }
  | { readonly kind: 'skip'; readonly rule: string }
  /** It stays as it is: the ledger knows it, in this state. */
  | { readonly kind: 'stay'; readonly state: ImageState; readonly reason?: string }
  /** It is not looked at. */
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: string }
  /** Its header could not be read, so that no rule can be told. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Foreseen {
  /** Its key, or the name of an object that no key can name. */
  readonly name: string;
  /** Bytes. */
  readonly size?: number;
  readonly fate: Fate;
}

export interface ForeseeOptions {
  readonly input: ObjectStore;
  readonly ledger: Pick<Ledger, 'statesOf'>;
  readonly transformer: Pick<Transformer, 'inspect'>;
  readonly chooser: Chooser;
  readonly maxInputBytes: number;
  /** See `ignored.ts`. */
  readonly whyIgnored: (object: ObjectVersion) => string | undefined;
  /** Only these keys; left out: all. */
  readonly named?: (key: ObjectKey) => boolean;
  readonly signal: AbortSignal;
}

/** Headers read at the same time. */
const lanes = 8;

/** Bytes in which most headers lie; of other files all is read. */
const headerBytes = 256 * 1024;

/**
 * Says what would happen to each object of the input bucket, and changes nothing. Holds a page in memory. Of an image
 * it reads at most the header, and only where a rule needs it.
 */
export async function* foresee(options: ForeseeOptions): AsyncGenerator<Foreseen[]> {
  const { input, ledger, named, signal } = options;
  for await (const page of input.list({ signal })) {
    const objects = page.objects.filter(({ key }) => named?.(key) ?? true);
    const known =
      objects.length === 0 ? new Map<string, KnownState>() : await ledger.statesOf(input.bucket, objects);
    const foreseen: Foreseen[] = [];
    const waiting = objects.entries();
    const lane = async (): Promise<void> => {
      for (const [at, object] of waiting) {
        signal.throwIfAborted();
        const fate = await fateOf(options, object, known.get(object.key));
        foreseen[at] = { name: object.key, size: object.size, fate };
      }
    };
    await Promise.all(Array.from({ length: Math.min(lanes, objects.length) }, lane));
    const unusable = named === undefined ? page.unusable : [];
    yield [
      ...foreseen,
      ...unusable.map(({ name, reason }): Foreseen => ({ name, fate: { kind: 'ignore', reason } })),
    ];
  }
}

async function fateOf(
  options: ForeseeOptions,
  object: ObjectVersion,
  known: KnownState | undefined,
): Promise<Fate> {
  const { chooser, maxInputBytes, whyIgnored } = options;
  const { key, size } = object;
  const ignored = whyIgnored(object);
  if (ignored !== undefined) return { kind: 'ignore', reason: ignored };
  if (known !== undefined && stays(known)) {
    const { state, failure } = known;
    return { kind: 'stay', state, ...(failure !== undefined && { reason: failure }) };
  }
  const early = chooser.choose({ key, size });
  if (early !== 'look' && early.kind === 'skip') return early;
  if (size > maxInputBytes)
    return {
      kind: 'reject',
      reason: `it has ${showBytes(size)}, and the limit is ${showBytes(maxInputBytes)}`,
    };
  if (early !== 'look') return processed(early, key);
  try {
    const choice = chooser.choose({ key, size, ...knownOf(await readHeader(options, object)) });
    if (choice === 'look') return { kind: 'unknown', reason: 'no rule can be told' };
    return choice.kind === 'skip' ? choice : processed(choice, key);
  } catch (thrown) {
    options.signal.throwIfAborted();
    const failure = toKuvaError(thrown);
    return { kind: failure.retry === 'never' ? 'reject' : 'unknown', reason: failure.message };
  }
}

function processed({ rule, recipe }: Extract<Choice, { kind: 'recipe' }>, key: ObjectKey): Fate {
  try {
    const outputs = recipe.outputs.map((output) => ({ output: output.name, key: keyOfOutput(output, key) }));
    return { kind: 'process', ...(rule !== undefined && { rule }), outputs };
  } catch (thrown) {
    return { kind: 'reject', reason: toKuvaError(thrown).message };
  }
}

/** Would a worker that sees it do nothing? */
function stays({ state, kept }: KnownState): boolean {
  switch (state) {
    case 'rejected':
    case 'failed':
    case 'skipped':
      return true;
    case 'done':
      return kept;
    case 'queued':
    case 'processing':
    case 'superseded':
      return false;
  }
}

async function readHeader(options: ForeseeOptions, object: ObjectVersion): Promise<ImageFacts> {
  const { transformer, signal } = options;
  const first = await readFirst(options, object, headerBytes);
  try {
    return await transformer.inspect(first, signal);
  } catch (thrown) {
    // What a file is, its first bytes tell; whether it is damaged, only all of it.
    if (first.length >= object.size || toKuvaError(thrown).code !== 'image-damaged') throw thrown;
    return transformer.inspect(await readFirst(options, object, object.size), signal);
  }
}

async function readFirst(
  { input, signal }: ForeseeOptions,
  { key, etag }: ObjectVersion,
  first: number,
): Promise<Buffer> {
  const { body } = await input.get(key, { ifMatch: etag, first, signal });
  const pieces: Uint8Array[] = [];
  for await (const piece of body) {
    if (!(piece instanceof Uint8Array)) throw new TypeError('an object body must be bytes');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

import type { ImageState } from '../../src/image/state.ts';
import type { MemoryBucket } from '../memory/bucket.ts';
import type { Image } from '../memory/tables.ts';
import { contentOf } from './pictures.ts';
import type { RuledWorld } from './rules.ts';

/** Why it is not over yet: images that have not come to an end. Empty: all have. */
export function unfinished({ database, input, plan }: RuledWorld): string[] {
  const images = [...database.tables.images.values()];
  const inWork = images
    .filter(({ state }) => state === 'queued' || state === 'processing')
    .map(({ key, state, attempts }) => `${key} is ${state} after ${attempts} attempts`);
  const lying = input.all().filter(({ key, etag }) => {
    const image = images.find((one) => one.key === key && one.etag === etag);
    // What was set aside stays where it is; what was moved, or is over, and lies there again is to be done again.
    const setAside =
      image?.state === 'failed' || (image?.state === 'rejected' && image.movedTo === undefined);
    return !setAside;
  });
  const workers = database.tables.workers.size === plan.workers ? [] : ['not all workers are back'];
  return [...inWork, ...lying.map(({ key }) => `${key} lies in the input bucket`), ...workers];
}

/** @param costs what may have cost images attempts that were not their fault */
export function wrongEnds(
  { database, input, plan, recipe }: RuledWorld,
  contents: Contents,
  costs: number,
): string[] {
  return [...database.tables.images.values()].flatMap((image) => {
    const { key, state, round, committedRound, attempts } = image;
    const content = contents.of(image, input);
    const told = `${key} (${content ?? 'half an image'}) ended as ${state}`;
    const wrong: string[] = contents.knows(image, input)
      ? []
      : [`${key} was queued, and there never was such an object`];
    if (!allowedEnds(content).has(state) && !(state === 'rejected' && plan.conflict === 'reject')) {
      const excused = state === 'failed' && costs >= plan.maxAttempts - (content === 'flaky' ? 1 : 0);
      if (!excused) wrong.push(`${told}, and ${costs} things happened that may cost it an attempt`);
    }
    if (state === 'failed' && attempts < plan.maxAttempts)
      wrong.push(`${told} after ${attempts} attempts only`);
    if (state === 'done' && committedRound !== round) wrong.push(`${told} without records of this round`);
    if ((state === 'superseded' || state === 'rejected') && committedRound === round)
      wrong.push(`${told}, though its outputs are recorded`);
    const recorded = database.tables.records.filter((r) => r.imageId === image.id && r.round === round);
    if (state === 'done' && recorded.length !== recipe.outputs.length)
      wrong.push(`${told} with ${recorded.length} of ${recipe.outputs.length} records`);
    return wrong;
  });
}

function allowedEnds(content: string | undefined): ReadonlySet<ImageState> {
  switch (content) {
    case undefined:
    case 'bad':
      return new Set(['rejected', 'superseded']);
    case 'limited':
    case 'poison':
      return new Set(['failed', 'superseded']);
    default:
      return new Set(['done', 'superseded']);
  }
}

/** What each image was, also when it is gone. */
export class Contents {
  readonly #known = new Map<string, string | undefined>();

  saw(bucket: MemoryBucket, key: string, etag: string, bytes: Uint8Array): void {
    this.#known.set(JSON.stringify([bucket.name, key, etag]), contentOf(bytes));
  }

  knows({ key, etag }: Image, bucket: MemoryBucket): boolean {
    return this.#known.has(JSON.stringify([bucket.name, key, etag]));
  }

  of({ key, etag }: Image, bucket: MemoryBucket): string | undefined {
    return this.#known.get(JSON.stringify([bucket.name, key, etag]));
  }
}

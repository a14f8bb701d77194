import type { ObjectKey } from '../image/key.ts';
import type { ListPage } from '../store/contract.ts';
import { choose, type DiscoverOptions } from './pass.ts';
import type { Settling } from './settling.ts';

/** Stretches of the listing that are looked at again, beside its end. */
const most = 4;

/** Pages of one stretch in one short look; more is left to a pass. What is behind the end is new, and has no bound. */
const mostPages = 5;

interface Stretch {
  /** From the key behind this one; undefined: from the beginning. */
  readonly after: ObjectKey | undefined;
  /** Up to and with this one. */
  readonly last: ObjectKey;
  /** When its youngest object was put in. */
  readonly youngest: number;
}

/**
 * Where in a large bucket new objects come. A pass over 500,000 takes minutes, and most names have a date or a number
 * in them: what comes next sorts behind the last key, or beside what came last. Remembers the end of the listing and
 * the few pages with the youngest objects, so that a short look at these can find new objects between two passes.
 * Names in no order are found by the passes alone.
 */
export class Recent {
  #stretches: Stretch[] = [];
  #end: ObjectKey | undefined;

  /** A pass begins: what it shows replaces what was known. */
  beginPass(): void {
    this.#stretches = [];
    this.#end = undefined;
  }

  /** See {@link OnPage}. */
  saw(page: Pick<ListPage, 'objects'>, after: ObjectKey | undefined): void {
    const last = page.objects.at(-1)?.key;
    if (last === undefined) return;
    this.#end = last;
    const youngest = Math.max(...page.objects.map(({ lastModified }) => lastModified.getTime()));
    this.#stretches = [...this.#stretches, { after, last, youngest }]
      .sort((a, b) => b.youngest - a.youngest)
      .slice(0, most);
  }

  /**
   * Lists these places again and queues what is new there.
   * @returns how many were queued
   */
  async look(options: DiscoverOptions, settling: Settling, signal: AbortSignal): Promise<number> {
    const listedAt = await options.ledger.now();
    const queue = async (objects: ListPage['objects']): Promise<number> => {
      const ready = choose(options, settling, { objects });
      if (ready.length === 0) return 0;
      await options.at?.('listed');
      const count = await options.ledger.enqueue(options.input.bucket, ready, listedAt);
      await options.at?.('queued');
      return count;
    };
    let queued = 0;
    for (const { after, last } of this.#stretches) {
      if (last !== this.#end) queued += await follow(options, { after, last }, queue, signal);
    }
    const atEnd = this.#stretches.find(({ last }) => last === this.#end);
    return (
      queued +
      (await follow(options, { after: atEnd === undefined ? this.#end : atEnd.after }, queue, signal))
    );
  }
}

/** Lists from one key to another, or to the end. */
async function follow(
  { input }: DiscoverOptions,
  { after, last }: { readonly after: ObjectKey | undefined; readonly last?: ObjectKey },
  queue: (objects: ListPage['objects']) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  let queued = 0;
  let pages = 0;
  for await (const { objects } of input.list({ signal, ...(after !== undefined && { after }) })) {
    queued += await queue(objects);
    const reached = objects.at(-1)?.key;
    if (last === undefined) continue;
    if (++pages === mostPages || (reached !== undefined && !isBefore(reached, last))) break;
  }
  return queued;
}

/** In the order of their bytes, as stores list; JavaScript compares UTF-16, which differs beyond U+FFFF. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

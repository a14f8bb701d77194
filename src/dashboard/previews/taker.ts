import type { PreviewSide } from '../../image/preview.ts';
import type { PreviewStore } from '../../ledger/contract/previews.ts';
import type { Picture, Pictures, PictureTaker } from '../../pipeline/pictures.ts';
import type { PreviewMaker } from '../../transform/contract.ts';

export interface TakerOptions {
  readonly store: Pick<PreviewStore, 'demand' | 'put'>;
  readonly maker: PreviewMaker;
  /** Bytes of memory that drawing one picture may take, and bytes of files that may wait to be drawn. */
  readonly room: number;
  readonly most: number;
  /** Draw also when nobody looks, as long as hardly anything waits: who looks later sees those images too. */
  readonly whenQuiet: boolean;
}

/** Milliseconds for which what is known of demand is good: one small statement, and only while images are processed. */
const goodFor = 3_000;
/** Images whose pictures wait. A pipeline in full swing makes more than anybody can look at: the others are left out. */
const mostWaiting = 6;
/** Images in the queue up to which the machine has time. */
const quiet = 20;

/**
 * Keeps small pictures of some of the images that a worker does: of as many as one decoder can draw beside it while
 * somebody looks, of those that come one by one while nobody does, else of none.
 */
export class PreviewTaker implements PictureTaker {
  readonly #options: TakerOptions;
  readonly #closing = new AbortController();
  readonly #waiting: Pictures[] = [];
  #bytes = 0;
  #demand = { viewed: false, queued: 0 };
  #lookedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: TakerOptions) {
    this.#options = options;
  }

  wants(bytes: number): boolean {
    if (this.#closing.signal.aborted || !this.#hasRoom(bytes)) return false;
    this.#look();
    const { viewed, queued } = this.#demand;
    return viewed || (this.#options.whenQuiet && queued <= quiet);
  }

  take(pictures: Pictures): void {
    const bytes = bytesOf(pictures);
    // Others may have come since it was asked.
    if (this.#closing.signal.aborted || !this.#hasRoom(bytes)) return;
    this.#waiting.push(pictures);
    this.#bytes += bytes;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Gives up what waits, and waits for the one that is being drawn to be given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  #hasRoom(bytes: number): boolean {
    return this.#waiting.length < mostWaiting && this.#bytes + bytes <= this.#options.most;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < goodFor) return;
    this.#lookedAt = now;
    this.#options.store.demand().then(
      (demand) => {
        this.#demand = demand;
      },
      () => {
        this.#demand = { viewed: false, queued: Number.POSITIVE_INFINITY };
      },
    );
  }

  async #run(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (!this.#closing.signal.aborted) {
        await this.#keep(next.imageId, 'before', next.before);
        await this.#keep(next.imageId, 'after', next.after);
      }
      this.#waiting.shift();
      this.#bytes -= bytesOf(next);
    }
  }

  /** A picture that cannot be drawn or kept is left out: who looks for it is told why then. */
  async #keep(imageId: bigint, side: PreviewSide, { bytes, sha256 }: Picture): Promise<void> {
    const { maker, store, room } = this.#options;
    const { signal } = this.#closing;
    if (signal.aborted) return;
    try {
      const preview = await maker.preview(bytes, room, signal);
      await store.put(imageId, side, { ...preview, sourceSha256: sha256 });
    } catch {
      // As above.
    }
  }
}

const bytesOf = ({ before, after }: Pictures): number => before.bytes.length + after.bytes.length;

import type { PreviewStore } from '../../ledger/contract/previews.ts';

/** Milliseconds between two notes that pages are open, and for which each is good. */
const interval = 10_000;
const goodFor = 25_000;

/** Notes in the database that pages are open in this process, for the workers of all machines: once for all pages. */
export class Viewing {
  readonly #store: Pick<PreviewStore, 'noteViewer'>;
  readonly #viewer: string;
  #pages = 0;
  #timer: NodeJS.Timeout | undefined;
  /** One note after the other: "no more" must not be overtaken. */
  #noting: Promise<void> = Promise.resolve();

  /** @param viewer a name that no other process has */
  constructor(store: Pick<PreviewStore, 'noteViewer'>, viewer: string) {
    this.#store = store;
    this.#viewer = viewer;
  }

  /** @returns to be called when the page was closed; harmless to repeat */
  open(): () => void {
    this.#pages += 1;
    if (this.#pages === 1) this.#begin();
    let closed = false;
    return () => {
      if (closed) return;
      closed = true;
      this.#pages -= 1;
      if (this.#pages === 0) this.#end();
    };
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#end();
    await this.#noting;
  }

  #begin(): void {
    this.#note(goodFor);
    this.#timer = setInterval(() => {
      this.#note(goodFor);
    }, interval).unref();
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#note(0);
  }

  #note(milliseconds: number): void {
    // One that fails is made up for by the next; a database that is away has no images processed either.
    this.#noting = this.#noting
      .then(() => this.#store.noteViewer(this.#viewer, milliseconds))
      .catch(() => undefined);
  }
}

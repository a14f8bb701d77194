/** What the dashboard's API and its page need of the previews. `openPreviews` gives it, `previewPlug` has the routes. */
import type { KuvaError } from '../../image/failure.ts';
import type { KeptPreview, PreviewSide } from '../../image/preview.ts';

/** A preview, or why there is none: in words that a person understands. */
export type Shown =
  | { readonly there: true; readonly preview: KeptPreview }
  | { readonly there: false; readonly why: KuvaError };

export interface Previews {
  /**
   * A page was opened, in this process: while one is open anywhere, some of the images that workers process are kept as
   * pictures. Costs one small statement each ten seconds, however many pages are open.
   * @returns to be called when it was closed; harmless to repeat
   */
  viewing(): () => void;

  /**
   * The kept preview; else, where the very object still lies in its bucket (an output; an input that is waiting or set
   * aside), one that is made of it now, in the decoder's process. Never what was not read: a `before` is not computed
   * from an `after`. Waits its turn; a few may wait, the next are refused as `store-busy`.
   */
  show(imageId: bigint, side: PreviewSide, signal?: AbortSignal): Promise<Shown>;

  /** Stops noting that pages are open, and waits for what is under way. */
  close(): Promise<void>;
}

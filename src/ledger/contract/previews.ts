/** The small pictures that are kept for people. */
import type { KeptPreview, PreviewSide } from '../../image/preview.ts';

/** How many previews are kept; the oldest images' go first. */
export interface PreviewBounds {
  /** Images. */
  readonly keep: number;
  /** Bytes of all pictures together. */
  readonly bytes: number;
}

/** Keeps previews of some images for everyone who looks, on whatever machine. Nothing that is proven depends on it. */
export interface PreviewStore {
  /** An `after` only if it shows the first output of the image's newest round: others are of an earlier recipe. */
  get(imageId: bigint, side: PreviewSide): Promise<KeptPreview | undefined>;
  /** Keeps it instead of an earlier one; within the bounds, the oldest images' previews go with the same commit. */
  put(imageId: bigint, side: PreviewSide, preview: KeptPreview): Promise<void>;
  /** Was this image done less than so many milliseconds ago? A worker may still be drawing it then. */
  isFresh(imageId: bigint, milliseconds: number): Promise<boolean>;
  /** Somebody looks at this pipeline for so many milliseconds from now; 0: no longer. */
  noteViewer(viewer: string, milliseconds: number): Promise<void>;
  /** Is somebody looking, from wherever, and how many images wait? One cheap statement. */
  demand(): Promise<{ readonly viewed: boolean; readonly queued: number }>;
}

import { KuvaError, toKuvaError } from '../../image/failure.ts';
import type { PreviewSide } from '../../image/preview.ts';
import type { PreviewStore } from '../../ledger/contract/previews.ts';
import { pause } from '../../pipeline/pause.ts';
import type { PreviewMaker } from '../../transform/contract.ts';
import type { Previews, Shown } from './contract.ts';
import { Turns } from './turns.ts';
import { readSource, type SourceParts } from './source.ts';
import { Viewing } from './viewing.ts';

export interface PreviewsOptions extends SourceParts {
  readonly store: PreviewStore;
  readonly maker: PreviewMaker;
  /** Bytes of memory that drawing one picture may take. */
  readonly room: number;
  /** A name that no other process has. */
  readonly viewer: string;
  /** Milliseconds from the end of an image for which its input's picture is waited for: a worker draws it then. */
  readonly patience?: number;
}

/** Milliseconds for which a picture that could not be drawn is not tried again: it may take its 20 s each time. */
const refusedFor = 60_000;
const mostRefused = 1_000;

/** Milliseconds between two looks for a picture that a worker may be drawing. */
const look = 300;

/** See {@link Previews}. */
export function openPreviews(options: PreviewsOptions): Previews {
  const { store, maker, room, viewer, patience = 15_000 } = options;
  const viewing = new Viewing(store, viewer);
  const closing = new AbortController();
  const turns = new Turns();
  const underWay = new Map<string, Promise<Shown>>();
  const refused = new Map<string, { readonly why: KuvaError; readonly at: number }>();

  const draw = async (imageId: bigint, side: PreviewSide, signal?: AbortSignal): Promise<Shown> => {
    // Once it is being drawn it is drawn to its end: stopping it would cost the decoder, and the next asker finds it kept.
    const gone = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
    const preview = await turns.take(async () => {
      // The worker may have kept it while this waited.
      const kept = await store.get(imageId, side);
      if (kept !== undefined) return kept;
      const { bytes, sha256 } = await readSource(options, imageId, side);
      const drawn = { ...(await maker.preview(bytes, room, closing.signal)), sourceSha256: sha256 };
      // A database that takes no writes: it is drawn again next time.
      await store.put(imageId, side, drawn).catch(() => undefined);
      return drawn;
    }, gone);
    return { there: true, preview };
  };

  /** The picture of an input that is gone, from the worker that had it: it draws after the image is done. */
  const wait = async (imageId: bigint, why: unknown): Promise<Shown> => {
    while (!closing.signal.aborted && (await store.isFresh(imageId, patience))) {
      await pause(look, closing.signal);
      const kept = await store.get(imageId, 'before');
      if (kept !== undefined) return { there: true, preview: kept };
    }
    throw why;
  };

  const drawOnce = (imageId: bigint, side: PreviewSide, signal?: AbortSignal): Promise<Shown> => {
    const name = `${imageId} ${side}`;
    const before = refused.get(name);
    if (before !== undefined && performance.now() - before.at < refusedFor)
      return Promise.resolve({ there: false, why: before.why });
    const found = underWay.get(name);
    if (found !== undefined) return found;
    const drawing = draw(imageId, side, signal)
      .catch((thrown: unknown) => {
        if (side === 'before' && toKuvaError(thrown).code === 'object-missing') return wait(imageId, thrown);
        throw thrown;
      })
      .catch((thrown: unknown): Shown => {
        const why = toKuvaError(thrown);
        // What is not there yet may come, a store may be back: only the image itself stays as it is.
        if (why.retry === 'never' || why.retry === 'limited') remember(name, why);
        return { there: false, why };
      })
      .finally(() => underWay.delete(name));
    underWay.set(name, drawing);
    return drawing;
  };

  const remember = (name: string, why: KuvaError): void => {
    refused.delete(name);
    refused.set(name, { why, at: performance.now() });
    for (const oldest of refused.keys()) {
      if (refused.size <= mostRefused) break;
      refused.delete(oldest);
    }
  };

  return {
    viewing: () => viewing.open(),
    show: async (imageId, side, signal) => {
      const kept = await store.get(imageId, side);
      return kept === undefined ? drawOnce(imageId, side, signal) : { there: true, preview: kept };
    },
    close: async () => {
      closing.abort(new KuvaError('interrupted', { what: 'The dashboard is being closed' }));
      await Promise.all([viewing.close(), ...underWay.values()]);
    },
  };
}

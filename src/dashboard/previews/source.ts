import { createHash } from 'node:crypto';
import { KuvaError } from '../../image/failure.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { PreviewSide } from '../../image/preview.ts';
import { showBytes } from '../../image/quantity.ts';
import { imageStates } from '../../image/state.ts';
import type { Ledger } from '../../ledger/contract/ledger.ts';
import type { ObjectStore } from '../../store/contract.ts';
import { firstRecord } from '../records.ts';

export interface SourceParts {
  readonly ledger: Pick<Ledger, 'images' | 'records'>;
  readonly input: Pick<ObjectStore, 'get'>;
  readonly output: Pick<ObjectStore, 'get'>;
  /** Inputs that are done still lie in their bucket. */
  readonly inputsStay?: boolean;
  /** Bytes of a file that may be read into memory. */
  readonly most: number;
}

/** The very object that a preview is to show, read whole. @throws KuvaError why it cannot be shown */
export async function readSource(
  parts: SourceParts,
  imageId: bigint,
  side: PreviewSide,
): Promise<{ readonly bytes: Buffer; readonly sha256: string }> {
  const { store, key, etag } = side === 'after' ? await output(parts, imageId) : await input(parts, imageId);
  const { version, body } = await store.get(key, { ifMatch: etag });
  if (version.size > parts.most) {
    body.destroy();
    throw new KuvaError('image-too-large', {
      what: `It has ${showBytes(version.size)}; pictures are drawn of files up to ${showBytes(parts.most)} here`,
    });
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of body) if (piece instanceof Uint8Array) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

interface Place {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly key: ObjectKey;
  readonly etag: string;
}

async function output({ ledger, output: store }: SourceParts, imageId: bigint): Promise<Place> {
  const record = await firstRecord(ledger, imageId);
  if (record === undefined)
    throw new KuvaError('object-missing', { what: 'Nothing was made of this image yet' });
  return { store, key: record.outputKey, etag: record.outputEtag };
}

async function input(
  { ledger, input: store, inputsStay = false }: SourceParts,
  imageId: bigint,
): Promise<Place> {
  for await (const { image, state, movedTo } of ledger.images({ imageId, states: imageStates, limit: 1 })) {
    if (state === 'done' && !inputsStay)
      throw new KuvaError('object-missing', {
        what: 'No small picture was kept of this input before it was removed',
        remedy: 'They are kept while a page is open, and of images that come one by one.',
      });
    if (movedTo !== undefined)
      throw new KuvaError('object-missing', {
        what: `It was moved to ${movedTo}, where it can be looked at`,
      });
    return { store, key: image.key, etag: image.etag };
  }
  throw new KuvaError('object-missing', { what: `There is no image ${imageId}` });
}

import { pipelineNumber } from '../pipelineId.ts';
import type { LedgerPool } from '../pool.ts';
import type { LedgerContext } from '../context.ts';
import { alike } from './alike.ts';
import type { Catalogue } from './contract.ts';
import { hashedImages, type HashedImage, sameBytes } from './duplicates.ts';
import { followEnded } from './ended.ts';
import { history } from './history.ts';
import { openScan } from './scan.ts';
import { search } from './search.ts';

/** See {@link Catalogue}. Its pool should be its own: workers must not wait for somebody who looks. */
export function openCatalogue(pool: LedgerPool, pipeline: string): Catalogue {
  const context: LedgerContext = { pool, pipeline, pipelineId: pipelineNumber(pool, pipeline) };
  const scan = openScan(context);
  return {
    search: (filter, page) => search(context, filter, page, scan),
    followEnded: (most) => followEnded(context, most),
    history: (span) => history(context, span),
    sameBytes: () => sameBytes(context),
    async *lookAlike(path, distance) {
      const images: HashedImage[] = [];
      for await (const image of hashedImages(context, path)) images.push(image);
      yield* alike(images, distance);
    },
  };
}

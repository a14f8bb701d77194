import type { SeenObject } from '../../src/ledger/contract/attempt.ts';
import type { FinishedImage, KnownState } from '../../src/ledger/contract/images.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import type { MemoryDatabase } from './database.ts';
import { imagesOf } from './looking.ts';

/** See {@link Ledger.finished}. */
export function finishedOf(
  database: MemoryDatabase,
  pipeline: string,
  filter: Parameters<Ledger['finished']>[0],
): FinishedImage[] {
  const rows = imagesOf(database, pipeline, { ...filter, states: ['done'] });
  return rows
    .toSorted((a, b) => Number(a.id - b.id))
    .map(({ id, image, size, round }): FinishedImage => {
      const row = database.image(pipeline, id);
      const record = database.tables.records.find((one) => one.imageId === id && one.round === round);
      return {
        id,
        image,
        size,
        input: row?.kept === true ? 'input' : row?.archived === undefined ? 'gone' : 'archive',
        ...(row?.archived !== undefined && { archiveBucket: row.archived.bucket }),
        ...(record !== undefined && {
          newest: {
            recipeDigest: record.recipeDigest,
            ...(record.rule !== undefined && { rule: record.rule }),
            format: record.inputFormat,
            width: record.inputWidth,
            height: record.inputHeight,
            pages: record.inputPages,
          },
        }),
      };
    });
}

/** See {@link Ledger.statesOf}. */
export function statesOf(
  database: MemoryDatabase,
  pipeline: string,
  bucket: string,
  objects: readonly SeenObject[],
): ReadonlyMap<string, KnownState> {
  const known = [...database.tables.images.values()].filter(
    (image) =>
      image.pipeline === pipeline &&
      image.bucket === bucket &&
      objects.some(({ key, etag }) => key === image.key && etag === image.etag),
  );
  return new Map(
    known.map(({ key, state, kept, failure }) => [
      key,
      { state, kept, ...(failure !== undefined && { failure: failure.what }) },
    ]),
  );
}

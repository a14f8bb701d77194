/** The dashboard's server with previews, wired as the program does it; the decoder in this very process. */
import { onTestFinished } from 'vitest';
import { readRecipe } from '../../../src/config/readRecipe.ts';
import { previewPlug } from '../../../src/dashboard/previews/plug.ts';
import { openPreviews } from '../../../src/dashboard/previews/previews.ts';
import type { Previews } from '../../../src/dashboard/previews/contract.ts';
import { defaultRecipe, type Recipe } from '../../../src/image/recipe.ts';
import type { PreviewStore } from '../../../src/ledger/contract/previews.ts';
import { openPreviewStore } from '../../../src/ledger/previews.ts';
import type { PreviewMaker } from '../../../src/transform/contract.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { type DashboardKit, openDashboardKit } from '../kit.ts';
import type { Kit } from '../../pipeline/kit.ts';

export interface PreviewsKit extends DashboardKit {
  readonly store: PreviewStore;
  readonly previews: Previews;
  /** Draws small pictures, and is not counted. */
  readonly maker: PreviewMaker;
  /** How many pictures were drawn. */
  readonly drawn: () => number;
}

/** @param patience milliseconds for which a picture of an input that is gone is waited for */
export async function openPreviewsKit(recipe: Recipe = defaultRecipe, patience = 0): Promise<PreviewsKit> {
  const maker = createTransformer(limitsSchema.parse({}));
  let drawn = 0;
  const room = 1e9;
  const opened: { store: PreviewStore; previews: Previews }[] = [];
  const more = ({ pool, ledger, input, output }: Kit) => {
    const store = openPreviewStore(pool, 'images', { keep: 100, bytes: 1e8 });
    const counted: typeof maker = {
      ...maker,
      preview: (bytes, most) => {
        drawn++;
        return maker.preview(bytes, most);
      },
    };
    const bounds = { most: 1e7, room, patience };
    const parts = { ledger, input, output, store, maker: counted, viewer: 'tester', ...bounds };
    const previews = openPreviews(parts);
    opened.push({ store, previews });
    return [previewPlug({ previews, maker, room, recipe, readRecipe, largest: 1e7 })];
  };
  const kit = await openDashboardKit({ moreOf: more });
  const [first] = opened;
  if (first === undefined) throw new Error('no previews were opened');
  onTestFinished(() => first.previews.close());
  return { ...kit, ...first, maker, drawn: () => drawn };
}

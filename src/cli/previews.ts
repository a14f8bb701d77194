import { makerWhenNeeded } from '../dashboard/previews/idleMaker.ts';
import type { PreviewPlugOptions } from '../dashboard/previews/plug.ts';
import { openPreviews } from '../dashboard/previews/previews.ts';
import { PreviewTaker } from '../dashboard/previews/taker.ts';
import { readRecipe } from '../config/readRecipe.ts';
import { thisMachine } from '../pipeline/budgets.ts';
import type { PictureTaker } from '../pipeline/pictures.ts';
import type { System } from './system.ts';
import type { Looking } from './wire.ts';

/** What people look with: the ledger once more, and the previews. */
export interface Seeing extends Omit<Looking, 'close' | 'previews'> {
  /** For the worker of this process; left out: no previews are kept. */
  readonly pictures?: PictureTaker;
  readonly viewing: () => () => void;
  /** What the dashboard's routes for previews need. Made there: a run that serves nothing does not load what serves. */
  readonly showing: PreviewPlugOptions;
}

/** Part of the machine's memory that drawing one picture, or trying a recipe, may take; and the files that wait for it. */
const share = 8;
/** Bytes an image that its two pictures may have in the database, at most and in the mean of all. */
const mostOfOne = 300_000;

/**
 * Opens them, unless the dashboard is switched off. Closed with the system.
 * @param whenQuiet keep pictures also while nobody looks and hardly anything waits
 */
export function openSeeing(system: System, viewer: string, whenQuiet: boolean): Seeing | undefined {
  const { config, recipe, chooser, input, output } = system;
  const { dashboard, listen, previews: keep } = config.http;
  if (!dashboard || listen === 'off') return undefined;
  const { ledger, catalogue, previews: openStore } = system.look();
  const store = openStore({ keep, bytes: keep * mostOfOne });
  const maker = makerWhenNeeded(system.openIdleTransformer);
  const room = thisMachine().memory / share;
  const largest = Math.min(config.limits.bytes, room);
  const previews = openPreviews({
    ledger,
    input,
    output,
    inputsStay: config.done === 'keep',
    most: largest,
    store,
    maker,
    room,
    viewer,
  });
  const pictures = new PreviewTaker({ store, maker, room, most: largest, whenQuiet });
  system.closeToo(async () => {
    await Promise.all([maker.close(), pictures.close(), previews.close()]);
  });
  return {
    ledger,
    catalogue,
    ...(keep > 0 && { pictures }),
    viewing: () => previews.viewing(),
    showing: {
      previews,
      maker,
      room,
      recipe,
      ...(chooser !== undefined && { recipes: chooser.recipes }),
      readRecipe,
      largest,
    },
  };
}

import type { At } from '../image/crashPoint.ts';
import type { Recipe } from '../image/recipe.ts';
import type { SpareMemory } from '../image/spareMemory.ts';
import type { KeyConflict } from '../ledger/contract/attempt.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { ObjectStore } from '../store/contract.ts';
import type { Transformer } from '../transform/contract.ts';
import type { Budget } from './budget.ts';
import type { Chooser } from './choose/choose.ts';
import type { Clock } from './clock.ts';
import type { ImageEvent } from './event.ts';
import type { Outages } from './outages.ts';
import type { PictureTaker } from './pictures.ts';

/** Everything that one worker works with, wired once. */
export interface PipelineParts {
  /** The name that this process has in the ledger. */
  readonly worker: string;
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  /** Can the input store show an object that its writer has not finished? */
  readonly partialWritesVisible: boolean;
  /** Milliseconds for which an input must have been left alone before it is removed; none when left out. */
  readonly quiet?: number;
  /** Where rejected inputs are moved to; left out: they stay where they are. */
  readonly rejected?: ObjectStore;
  /** Where inputs that are done are moved to; left out: they are removed, or kept. */
  readonly archive?: ObjectStore;
  /** Inputs that are done stay where they are. */
  readonly keepsInputs?: true;
  readonly ledger: Ledger;
  readonly transformer: Transformer;
  /** What is made of an image, unless a rule says otherwise. */
  readonly recipe: Recipe;
  /** Picks the recipe of each image; left out: all get `recipe`. */
  readonly chooser?: Chooser;
  readonly conflict: KeyConflict;
  readonly maxAttempts: number;
  /** Largest input, in bytes. */
  readonly maxInputBytes: number;
  readonly budgets: Budgets;
  /** For large inputs; left out: each has fresh memory. */
  readonly spare?: SpareMemory;
  readonly outages: Outages;
  readonly clock: Clock;
  /** Aborted: the process wants to end; finish what is under way, but do not wait for outages to end. */
  readonly ending: AbortSignal;
  readonly onEvent: (event: ImageEvent) => void;
  /** Keeps small pictures of some images for people to look at; left out: nobody does. */
  readonly pictures?: PictureTaker;
  /** Passed between any two effects of an image's way: for the tests, which crash there. */
  readonly at?: At;
}

/**
 * What images share on one machine. Always taken in this order, so that no two images can wait for each other.
 */
export interface Budgets {
  /** Bytes of inputs on their way from store to store, a large one counted as 4 MB: many small ones, or a few large ones. */
  readonly passages: Budget;
  /** Bytes of inputs in memory. */
  readonly inputs: Budget;
  /** Bytes of decoded images and finished outputs in memory. */
  readonly images: Budget;
  /** Transforms at the same time: one a core. */
  readonly turns: Budget;
}

import { afterAll, beforeAll } from 'vitest';
import { type Bed, bedTimeout, openBed } from './bed.ts';
import { down, openStage, type Stage, type StackForm } from './stage.ts';

/** Control planes take their time on a small machine that does other things too. */
export const patience = { timeout: 600_000 };

/**
 * One stage for all tests of a `describe`; nothing is left of it afterwards.
 * @param form of the stack whose things may be left
 */
export function onStage(form: StackForm, use: (opened: { bed: Bed; stage: Stage }) => void): void {
  let stage: Stage | undefined;
  beforeAll(async () => {
    const bed = await openBed();
    stage = await openStage(bed);
    use({ bed, stage });
  }, bedTimeout);
  afterAll(async () => {
    if (stage === undefined) return;
    await down(stage, stage.stack(form), { buckets: true, database: true });
    await stage.end();
  }, bedTimeout);
}

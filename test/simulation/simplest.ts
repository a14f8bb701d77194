import { type Code, runHistory } from './history.ts';
import type { Plan, WorldPlan } from './plan.ts';

/**
 * Leaves out of a plan whose history breaks the promise whatever can be left out, one thing after the other, as long as
 * it still breaks it. fast-check's own shrinking takes ten times as many histories and keeps more of them.
 */
export async function simplest(plan: Plan, code?: Code): Promise<Plan> {
  let best = plan;
  for (let simpler: Plan | undefined = best; simpler !== undefined; ) {
    best = simpler;
    simpler = await firstBroken(candidates(best), code);
  }
  return best;
}

async function firstBroken(plans: Iterable<Plan>, code?: Code): Promise<Plan | undefined> {
  for (const plan of plans) if ((await runHistory(plan, code)).broken.length > 0) return plan;
  return undefined;
}

/** Plans that are each simpler by one thing. */
function* candidates(plan: Plan): Generator<Plan> {
  for (const index of plan.events.keys()) yield { ...plan, events: plan.events.toSpliced(index, 1) };
  if (plan.noise > 0) yield { ...plan, noise: 0 };
  const { world } = plan;
  for (const index of world.images.keys())
    yield { ...plan, world: { ...world, images: world.images.toSpliced(index, 1) } };
  for (const change of changes(world)) {
    const different = Object.entries(change).some(([name, value]) => !Object.is(valueOf(world, name), value));
    if (different) yield { ...plan, world: { ...world, ...change } };
  }
  for (const seed of [1, 2, 3]) if (plan.seed > 3) yield { ...plan, seed };
  for (const [index, event] of plan.events.entries()) {
    const { deed } = event;
    if (deed.do !== 'put' || (deed.takes === 0 && deed.content === 'good1')) continue;
    const simpler = { ...event, deed: { ...deed, takes: 0, content: 'good1' as const } };
    yield { ...plan, events: plan.events.with(index, simpler) };
  }
}

function valueOf(world: WorldPlan, name: string): unknown {
  return new Map(Object.entries(world)).get(name);
}

function changes(world: WorldPlan): Partial<WorldPlan>[] {
  return [
    ...(world.strangers.length > 0 ? [{ strangers: [] }] : []),
    ...(world.workers > 1 ? [{ workers: 1 }, { workers: world.workers - 1 }] : []),
    { concurrency: 1 },
    { outputs: 1 },
    { moves: false },
    { conflict: 'keep-both' },
    { skew: 0 },
    { maxAttempts: 3 },
    { lease: 10_000 },
    ...(world.input === 'folder' ? [] : [{ input: 'folder' as const }]),
    ...(world.output === 'folder' ? [] : [{ output: 'folder' as const }]),
  ];
}

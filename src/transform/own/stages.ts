/**
 * Outputs with steps that see the image as a whole. The recipe is cut at those: what lies between is done by libvips as
 * ever, and each piece hands a file to the next. What a step of the owner's gives is looked at like any input.
 */
import { mergeFacts } from '../../image/facts.ts';
import type { ImageFormat } from '../../image/format.ts';
import type { RecipeOutput } from '../../image/recipe.ts';
import {
  type ApartStep,
  type DrawnStep,
  isApart,
  isDrawn,
  type Step,
  type StepOf,
} from '../../image/steps.ts';
import type { MadeImage } from '../contract.ts';
import { measured } from '../measure/measure.ts';
import { nameOf, runCommand } from './command.ts';
import { byModule, type Calls } from './moduleStage.ts';
import { looked, type Stage, type StagesContext, written } from './stage.ts';

/** Steps that several outputs begin with are done once for all of them. */
export interface Memory {
  readonly stages: Map<string, Promise<Stage>>;
  readonly calls: Calls;
}

export const newMemory = (): Memory => ({ stages: new Map(), calls: new Map() });

/** @throws KuvaError as `Transformer.apply`; `step-failed`, `step-rejected`, `step-unavailable` */
export async function makeInStages(
  source: Pick<Stage, 'bytes' | 'image'>,
  output: RecipeOutput,
  context: StagesContext,
  memory: Memory,
): Promise<MadeImage> {
  let stage: Promise<Stage> = Promise.resolve({ ...source, like: source, changed: false, facts: {} });
  let before: DrawnStep[] = [];
  const done: Step[] = [];
  const rest: Step[] = [];
  for (const step of output.steps) {
    done.push(step);
    if (!isApart(step)) {
      rest.push(step);
      if (isDrawn(step)) before.push(step);
      continue;
    }
    const [earlier, drawn] = [stage, before];
    stage = remembered(memory, JSON.stringify([output.metadata, done]), async () =>
      advance(
        await earlier,
        drawn,
        step,
        output,
        context,
        memory,
        JSON.stringify([output.metadata, done.slice(0, -1)]),
      ),
    );
    // Whoever waits for it comes a moment later than its failure.
    stage.catch(() => undefined);
    before = [];
    rest.length = 0;
    await stage;
  }
  const last = await stage;
  const made = await context.make(last, { ...output, steps: rest });
  const how = made.how.way === 'copy' && last.changed ? ({ way: 'own' } as const) : made.how;
  return { ...made, how, facts: last.facts };
}

function remembered(memory: Memory, key: string, make: () => Promise<Stage>): Promise<Stage> {
  const known = memory.stages.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.stages.set(key, made);
  return made;
}

async function advance(
  stage: Stage,
  drawn: readonly DrawnStep[],
  step: ApartStep,
  output: RecipeOutput,
  context: StagesContext,
  memory: Memory,
  place: string,
): Promise<Stage> {
  context.time.check();
  switch (step.step) {
    case 'measure': {
      const ready = await written(stage, drawn, output, context, 'auto');
      const facts = await measured(step, ready.bytes, ready.image, context.time);
      return { ...ready, facts: mergeFacts(ready.facts, facts, step.as) };
    }
    case 'command':
      return byCommand(await written(stage, drawn, output, context, step.input), step, context);
    case 'module': {
      const input = step.input === 'pixels' ? (drawn.length > 0 ? 'png' : 'auto') : 'auto';
      const ready = await written(stage, drawn, output, context, input);
      return byModule(ready, step, output, context, memory.calls, place);
    }
  }
}

async function byCommand(stage: Stage, step: StepOf<'command'>, context: StagesContext): Promise<Stage> {
  const format: ImageFormat = step.output ?? stage.like.image.format;
  const { bytes, facts } = await runCommand(
    step,
    { bytes: stage.bytes, format: stage.image.format },
    format,
    context.tools,
  );
  const merged = mergeFacts(stage.facts, facts, step.as);
  if (bytes === undefined) return { ...stage, facts: merged };
  const image = await looked(bytes, nameOf(step), stage.image, step.grows, format, context.limits);
  return { bytes, image, like: { bytes, image }, changed: true, facts: merged };
}

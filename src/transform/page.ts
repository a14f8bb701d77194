/** One page of one output: its steps, and the encoding. */
import { type Encoding, formatTraits } from './encoding.ts';
import type { ColourModel, Frame } from './frame.ts';
import { groupSteps, needsRgb } from './groups.ts';
import { intermediate, type PassContext, runPass } from './passes.ts';
import type { PixelPlan } from './plan.ts';
import { impossible } from './refusal.ts';
import { type BoundStep, bindStep } from './steps/table.ts';

/** Colours of CMYK images stay CMYK, and steps that need RGB have no meaning there. @throws KuvaError `step-impossible` */
function refuseRgbSteps({ steps, output }: PixelPlan, frame: Frame, encoding: Encoding): void {
  if (frame.model !== 'cmyk' || encoding.model('cmyk') !== 'cmyk') return;
  const grey = steps.findIndex(({ leaves }) => leaves === 'grey');
  const step = (grey < 0 ? steps : steps.slice(0, grey)).find(({ colours }) => colours === 'rgb');
  if (step === undefined) return;
  throw impossible(
    `The image is CMYK, and ${step.name} in output ${output.name} works on RGB`,
    'Add convert: png, webp or avif to the output: it converts the colours to RGB.',
  );
}

/**
 * @param ending how the page is to end: encoded, or as a frame that is joined to others later
 * @param fromSource whether the frame is still in the source's own bytes
 */
export async function renderPage(
  frame: Frame,
  plan: PixelPlan,
  encoding: Encoding,
  ending: { readonly encode: boolean; readonly keepMetadata: boolean },
  context: PassContext,
  fromSource: boolean,
): Promise<Frame> {
  refuseRgbSteps(plan, frame, encoding);
  const groups = groupSteps(plan.steps, frame.model === 'cmyk');
  let last = groups.pop() ?? [];
  let state = frame;
  const reading = () => fromSource && state === frame;
  for (const group of groups) state = await runPass(state, group, intermediate, context, reading());
  // What is left to do at the end comes first in sharp's order, so it cannot share a pass with steps.
  if (last.length > 0 && (finishing(state, last, plan, encoding) || !ending.encode)) {
    state = await runPass(state, last, intermediate, context, reading());
    last = [];
  }
  const applyProfile = appliesProfile(state, last, plan, encoding);
  const steps = last.length > 0 ? last : finishingSteps(state, plan, encoding);
  if (!ending.encode) {
    // Frames that are joined must be of one colour model, the format's own.
    const model = (from: ColourModel) => encoding.model(from);
    const ready = !applyProfile && steps.length === 0 && model(state.model) === state.model;
    if (ready && state !== frame) return state;
    return runPass(state, steps, { ...intermediate, model, applyProfile }, context, reading());
  }
  return runPass(
    state,
    steps,
    { ...encoding, keepMetadata: ending.keepMetadata, applyProfile },
    context,
    reading(),
  );
}

function finishing(state: Frame, last: readonly BoundStep[], plan: PixelPlan, encoding: Encoding): boolean {
  const mayHaveAlpha = state.hasAlpha || last.some(({ addsAlpha }) => addsAlpha);
  return (
    (mayHaveAlpha && !formatTraits[encoding.format].alpha) ||
    (mustTurn(state, plan, encoding) && !last.some(({ name }) => name === 'auto-orient')) ||
    appliesProfile(state, last, plan, encoding)
  );
}

/** Whether the profile must be applied because it will not be there: stripped, or the format holds none. */
function appliesProfile(
  state: Frame,
  last: readonly BoundStep[],
  { strip }: PixelPlan,
  encoding: Encoding,
): boolean {
  if (last.some(({ leaves }) => leaves === 'grey')) return false;
  if (state.model === 'cmyk') {
    // CMYK that stays CMYK loses its meaning without its profile, but there is no other CMYK to convert it to.
    return encoding.model('cmyk') !== 'cmyk' && !last.some(needsRgb);
  }
  return state.hasProfile && (strip || !formatTraits[encoding.format].profile);
}

/** Pixels are turned upright where the output will not say that they are not. */
function mustTurn({ orientation }: Frame, { strip }: PixelPlan, { format }: Encoding): boolean {
  return orientation !== 1 && (strip || !formatTraits[format].orientation);
}

function finishingSteps(state: Frame, plan: PixelPlan, encoding: Encoding): BoundStep[] {
  const flattens = state.hasAlpha && !formatTraits[encoding.format].alpha;
  return [
    ...(mustTurn(state, plan, encoding) ? [bindStep({ step: 'auto-orient' })] : []),
    ...(flattens ? [bindStep({ step: 'flatten', background: encoding.background })] : []),
  ];
}

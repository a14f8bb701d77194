/** One page of one output: its steps, and the encoding. */
import { type Encoding, formatTraits } from './encoding.ts';
import type { Frame } from './frame.ts';
import { groupSteps, intermediate, needsRgb, type PassContext, runPass } from './passes.ts';
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
  if (!ending.encode) {
    if (!applyProfile && state !== frame) return state;
    return runPass(state, [], { ...intermediate, applyProfile }, context, reading());
  }
  const steps = [...last, ...(last.length > 0 ? [] : finishingSteps(state, plan, encoding))];
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
    (plan.strip && state.orientation !== 1) ||
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

function finishingSteps(state: Frame, { strip }: PixelPlan, encoding: Encoding): BoundStep[] {
  const orients = strip && state.orientation !== 1;
  const flattens = state.hasAlpha && !formatTraits[encoding.format].alpha;
  return [
    ...(orients ? [bindStep({ step: 'auto-orient' })] : []),
    ...(flattens ? [bindStep({ step: 'flatten', background: encoding.background })] : []),
  ];
}

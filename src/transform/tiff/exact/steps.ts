/** Which steps there are for samples that are kept as they are, and how they are done. */
import type { DrawnStep } from '../../../image/steps.ts';
import { impossible } from '../../refusal.ts';
import { cropFault } from '../../steps/crop.ts';
import type { TimeBudget } from '../../time.ts';
import { arranged, cut, quarterTurns, upright } from './arrange.ts';
import { type ExactPage, isLab, labColours } from './layout.ts';
import { negated } from './negate.ts';
import type { Raster } from './raster.ts';
import { resizedFloat } from './resize.ts';
import type { PixelKind } from './write.ts';

/** E.g. "32-bit floating-point samples". */
export function nameOfSamples({ kind, bytes, photometric }: PixelKind): string {
  if (isLab(photometric)) return `L*a*b* colours of ${bytes * 8} bits`;
  const what = { uint: '', int: 'signed ', float: 'floating-point ' }[kind];
  return `${bytes * 8}-bit ${what}${kind === 'float' ? '' : 'integer '}samples`;
}

/**
 * Before anything is decoded.
 * @throws KuvaError `step-impossible`
 */
export function refuseUndefined(
  steps: readonly DrawnStep[],
  pages: readonly ExactPage[],
  output: string,
): void {
  for (const step of steps) {
    for (const page of pages) {
      const why = faultOf(step, page);
      if (why === undefined) continue;
      throw impossible(
        `The image has ${nameOfSamples(page)}, and ${step.step} in output ${output} ${why}`,
        'negate, crop, flip, auto-orient, rotate by quarter turns, and resize of 32-bit floating-point samples keep them as they are: docs/formats.md. Take a step of your own (docs/steps.md) for anything else, or convert the image to 8 or 16 bits before it comes.',
      );
    }
  }
}

function faultOf(step: DrawnStep, page: ExactPage): string | undefined {
  switch (step.step) {
    case 'crop':
    case 'flip':
    case 'auto-orient':
      return undefined;
    case 'rotate':
      return step.angle % 90 === 0 ? undefined : 'turns by an angle that is no multiple of 90';
    case 'negate':
      return negationFault(page);
    case 'resize':
      if (page.kind !== 'float' || page.bytes !== 4) return 'would have to round them';
      if (page.alpha !== 'none') return 'would mix in the colours of transparent pixels';
      return step.fit === 'contain' ? 'pads with a colour' : undefined;
    default:
      return 'is defined on grey and RGB of 8 or 16 bits';
  }
}

function negationFault({ kind, bytes, photometric, alpha }: ExactPage): string | undefined {
  if (kind === 'int') return 'has no meaning where samples may lie below zero';
  if (kind === 'float' && bytes === 2) return 'is not defined on numbers of 16 bits';
  if (photometric === labColours.ofItu) return 'does not know the range of its a* and b*';
  return alpha === 'associated' ? 'would need its colours apart from their transparency' : undefined;
}

/** What a picture is while steps are done to it. */
export interface Exact {
  readonly raster: Raster;
  readonly kind: PixelKind;
}

/** @throws KuvaError `step-impossible`, `transform-failed`, `transform-timeout` */
export async function withStep({ raster, kind }: Exact, step: DrawnStep, time: TimeBudget): Promise<Exact> {
  time.check();
  const pixel = kind.channels * kind.bytes;
  switch (step.step) {
    case 'negate':
      return { raster: negated(raster, kind, step.alpha), kind };
    case 'crop': {
      const fault = cropFault(step, raster);
      if (fault !== undefined) throw fault;
      return { raster: cut(raster, step, pixel), kind };
    }
    case 'rotate': {
      const turn = quarterTurns[((step.angle % 360) + 360) % 360] ?? {};
      return { raster: arranged(raster, turn, pixel, kind.bytes), kind };
    }
    case 'flip': {
      const mirror =
        step.axis === 'vertical' ? ({ fromBottom: true } as const) : ({ fromRight: true } as const);
      return { raster: arranged(raster, mirror, pixel, kind.bytes), kind };
    }
    case 'auto-orient': {
      const turned = arranged(raster, upright[kind.orientation] ?? {}, pixel, kind.bytes);
      return { raster: turned, kind: { ...kind, orientation: 1 } };
    }
    case 'resize':
      return { raster: await resizedFloat(raster, kind.channels, step, time), kind };
    default:
      throw new RangeError(`${step.step} was not refused`);
  }
}

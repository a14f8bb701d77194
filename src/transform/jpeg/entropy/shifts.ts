/** Which components must be moved by one level, so that a sample s becomes 255 - s and not 256 - s. */
import type { FrameComponent, FrameHeader } from './frame.ts';
import { Unable } from './unable.ts';

interface Markers {
  readonly jfif: boolean;
  /** The transform byte of APP14 "Adobe". */
  readonly adobe: number | undefined;
}

/**
 * In quantised units, by component. Samples are stored less 128, so inverting the sign gives 256 - s, and a DC
 * coefficient is 8 times a block's mean: 8 divided by its quantisation step makes one level. Chroma is left at 256 - s:
 * its neutral value is 128, and stays so.
 */
export function shiftsOf(
  { components }: FrameHeader,
  markers: Markers,
  quantisation: ReadonlyMap<number, number>,
): ReadonlyMap<FrameComponent, number> {
  const brightness = brightnessLike(components, markers);
  return new Map(
    components.map((component, index) => {
      const step = quantisation.get(component.quantisation);
      if (step === undefined || step === 0) throw new Unable('a quantisation table is missing');
      return [component, brightness[index] === true ? Math.round(8 / step) : 0];
    }),
  );
}

const unknownTransform = 'its Adobe marker names a colour transform that is not known';

/** How decoders tell the colour space (libjpeg's default_decompress_parms): by markers, then by the components' numbers. */
function brightnessLike(components: readonly FrameComponent[], { jfif, adobe }: Markers): readonly boolean[] {
  const all = components.map(() => true);
  if (components.length === 1) return all;
  if (components.length === 4) {
    if (adobe !== undefined && adobe !== 0 && adobe !== 2) throw new Unable(unknownTransform);
    return adobe === 2 ? [true, false, false, true] : all;
  }
  const luma = [true, false, false];
  if (jfif) return luma;
  if (adobe !== undefined && adobe !== 0 && adobe !== 1) throw new Unable(unknownTransform);
  if (adobe !== undefined) return adobe === 0 ? all : luma;
  return components.map(({ id }) => String.fromCharCode(id)).join('') === 'RGB' ? all : luma;
}

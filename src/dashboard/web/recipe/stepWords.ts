import type { About } from '../server/answers.ts';

type Step = About['recipe']['outputs'][number]['steps'][number];

/** The sentences of `docs/configuration.md`; the page cannot take them from the source, which brings its schemas along. */
const titles: Readonly<Record<string, string>> = {
  negate: 'Inverts the colours; transparency stays.',
  grayscale: 'Leaves brightness alone.',
  resize: 'Changes the size in pixels.',
  crop: 'Keeps a rectangle.',
  rotate: 'Turns the image.',
  'auto-orient': 'Turns the pixels upright.',
  flip: 'Mirrors the image.',
  blur: 'Blurs.',
  sharpen: 'Sharpens.',
  gamma: 'Brightens or darkens the middle tones.',
  normalise: 'Stretches brightness to the full range.',
  modulate: 'Changes brightness, saturation and hue.',
  tint: 'Gives the image one colour.',
  flatten: 'Puts a background behind transparency.',
  composite: 'Lays a picture over the image.',
  trim: 'Cuts away a border of one colour.',
  extend: 'Adds edges.',
  convert: 'Writes another format.',
};

export function stepWords({ step, settings }: Step): { title: string | undefined; settings: string[] } {
  return {
    title: titles[step],
    settings: Object.entries(settings)
      .filter(([, value]) => value !== false && value !== undefined)
      .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  };
}

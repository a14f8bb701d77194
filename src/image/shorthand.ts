/** Steps of which one setting says all there is to say: `command: [convert, …]`, `measure: [blur]`, `module: x.ts`. */
const shorthands: Readonly<
  Record<string, { readonly setting: string; readonly fits: (value: unknown) => boolean }>
> = {
  command: { setting: 'run', fits: Array.isArray },
  measure: { setting: 'what', fits: Array.isArray },
  module: { setting: 'file', fits: (value) => typeof value === 'string' },
};

export function shorthandOf(name: string): (typeof shorthands)[string] | undefined {
  return Object.hasOwn(shorthands, name) ? shorthands[name] : undefined;
}

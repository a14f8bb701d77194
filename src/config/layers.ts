/** The few settings that the command line and the environment can set over the file. */
import type { Surroundings } from './surroundings.ts';
import { variable } from './surroundings.ts';
import { suggest } from './suggest.ts';

export const layeredKeys = ['input', 'output', 'database', 'data'] as const;

export type LayeredKey = (typeof layeredKeys)[number];

/** From the command line. */
export type Overrides = Readonly<Partial<Record<LayeredKey, string>>>;

export interface Layer {
  readonly key: LayeredKey;
  readonly value: string;
  /** "--data", "env KUVA_DATA". */
  readonly origin: string;
}

export const variables = {
  input: 'KUVA_INPUT',
  output: 'KUVA_OUTPUT',
  database: 'KUVA_DATABASE',
  data: 'KUVA_DATA',
} as const satisfies Record<LayeredKey, string>;

/** The layer in force for each key: the command line before the environment. */
export function findLayers(overrides: Overrides, around: Pick<Surroundings, 'env'>): Layer[] {
  return layeredKeys.flatMap((key): Layer[] => {
    const option = overrides[key];
    if (option !== undefined) return [{ key, value: option, origin: `--${key}` }];
    const value = variable(around, variables[key]);
    return value === undefined ? [] : [{ key, value, origin: `env ${variables[key]}` }];
  });
}

/** A KUVA_ variable that nobody reads was meant to do something: say so when it is a slip of the pen. */
export function noticeUnknownVariables(around: Pick<Surroundings, 'env'>): string[] {
  const known = [...Object.values(variables), 'KUVA_CONFIG', 'KUVA_DEBUG'];
  return Object.keys(around.env)
    .filter((name) => name.startsWith('KUVA_') && !known.includes(name))
    .flatMap((name) => {
      const meant = suggest(
        name.slice('KUVA_'.length),
        known.map((one) => one.slice('KUVA_'.length)),
      );
      return meant === undefined
        ? []
        : [`The variable ${name} means nothing to kuva; did you mean KUVA_${meant}?`];
    });
}

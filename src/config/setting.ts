/** The settings in force, one by one, each with where it came from. */
import { entriesOf, kindOf } from './jsonSchema.ts';
import type { KeyPath } from './mistake.ts';

export interface Setting {
  readonly path: KeyPath;
  /** A text, number, truth value, or an empty list; never a secret. */
  readonly value: string | number | boolean | null | readonly [];
  /** It is set, and not shown. */
  readonly hidden?: true;
  readonly origin: string;
}

/** The leaves of a value, in its order. */
export function settingsOf(value: unknown, at: KeyPath, origin: (path: KeyPath) => string): Setting[] {
  const one = (leaf: Setting['value']): Setting[] => [{ path: at, value: leaf, origin: origin(at) }];
  switch (kindOf(value)) {
    case 'array':
      if (!Array.isArray(value) || value.length === 0) return one([]);
      return value.flatMap((item: unknown, index) => settingsOf(item, [...at, index], origin));
    case 'object':
      return entriesOf(value).flatMap(([key, inner]) => settingsOf(inner, [...at, key], origin));
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? one(value)
        : [];
    case 'null':
      return one(null);
    case 'nothing':
      return [];
  }
}

export function secretSetting(path: KeyPath, origin: string): Setting {
  return { path, value: 'set, not shown', hidden: true, origin };
}

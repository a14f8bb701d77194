import type { ReadonlySignal } from '@preact/signals';

/** Has an effect run again when one of these changes, though it does not use what they hold. */
export function dependsOn(...signals: readonly ReadonlySignal<unknown>[]): readonly unknown[] {
  return signals.map(({ value }) => value);
}

import type { Spread } from '../statistics.ts';

/** Three digits that count, never an exponent: 0.612, 61.2, 612, 6120. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** `61.2 (60.1–63.0)`; the median alone where there was one measurement. */
export function withSpread({ median, min, max }: Spread): string {
  if (min === max) return significant(median);
  return `${significant(median)} (${significant(min)}–${significant(max)})`;
}

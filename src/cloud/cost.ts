import type { PriceList } from './prices.ts';

/** Something that is billed for as long as it is there. */
export type Billed =
  | { readonly kind: 'machine'; readonly name: string; readonly flavor: string; readonly volume?: number }
  | { readonly kind: 'floating-ip'; readonly name: string }
  | { readonly kind: 'database'; readonly name: string; readonly flavor: string; readonly size: number };

export interface CostLine {
  readonly name: string;
  readonly what: string;
  /** Units an hour; undefined where the list knows no price. */
  readonly hour?: number;
}

export interface Cost {
  readonly unit: string;
  readonly asOf: string;
  readonly source: string;
  readonly lines: readonly CostLine[];
  /** Of the lines whose price is known. */
  readonly hour: number;
  readonly day: number;
  /** Of 30 days. */
  readonly month: number;
  /** False when a line has no price: the sums are too low. */
  readonly complete: boolean;
}

export function costOf(billed: readonly Billed[], prices: PriceList): Cost {
  const lines = billed.map((one) => lineOf(one, prices));
  const hour = rounded(lines.reduce((sum, line) => sum + (line.hour ?? 0), 0));
  return {
    unit: prices.unit,
    asOf: prices.asOf,
    source: prices.source,
    lines,
    hour,
    day: rounded(hour * 24),
    month: rounded(hour * 24 * 30),
    complete: lines.every((line) => line.hour !== undefined),
  };
}

function lineOf(one: Billed, prices: PriceList): CostLine {
  switch (one.kind) {
    case 'machine': {
      const disk = one.volume === undefined ? 0 : one.volume * prices.volumeGib;
      const what = `${one.flavor}${one.volume === undefined ? '' : ` with ${one.volume} GiB`}`;
      return priced(one.name, what, prices.machine[one.flavor], disk);
    }
    case 'floating-ip':
      return priced(one.name, 'floating IP', prices.floatingIp, 0);
    case 'database':
      return priced(
        one.name,
        `database ${one.flavor} with ${one.size} GiB`,
        prices.database[one.flavor],
        one.size * prices.databaseGib,
      );
  }
}

function priced(name: string, what: string, base: number | undefined, extra: number): CostLine {
  return { name, what, ...(base !== undefined && { hour: rounded(base + extra) }) };
}

/** To a hundredth: what the price list itself has. */
function rounded(units: number): number {
  return Math.round(units * 100) / 100;
}

/** Lines for people: each resource, then the sum for an hour, a day and a month. */
export function showCost(cost: Cost): string[] {
  const { unit, asOf, hour, day, month, complete, lines } = cost;
  return [
    ...lines.map(
      (line) =>
        `  ${line.name}: ${line.what}, ${line.hour === undefined ? 'price not known' : `${line.hour} ${unit}/h`}`,
    ),
    `  ${complete ? 'Together' : 'What is known of it'}: ${hour} ${unit} an hour, ${day} a day, ${month} in 30 days (price list of ${asOf}; stored data comes on top)`,
  ];
}

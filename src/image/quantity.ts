/** Durations and sizes as people write them in a config file: `2s`, `150ms`, `512 MB`, `1.5 GiB`. */

const durationUnits = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const byteUnits = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const unit = match?.[2];
  if (match?.[1] === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  return Number(match[1]) * (units[unit] ?? 1);
}

/** Milliseconds, of a text with a unit; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, durationUnits);
}

/** Bytes, of a text with a unit, MB is 10⁶ and MiB is 2²⁰; undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, byteUnits);
}

/** Bytes for people: `133 kB`, `3.3 MB`. */
export function showBytes(bytes: number): string {
  const steps = [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const;
  for (const [size, unit] of steps) {
    if (bytes >= size) return `${(bytes / size).toPrecision(bytes / size >= 100 ? 3 : 2)} ${unit}`;
  }
  return `${bytes} B`;
}

/** Milliseconds for people: `850 ms`, `12 s`, `4 min`, `2 h 5 min`. */
export function showDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

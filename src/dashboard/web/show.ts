/** How the page writes numbers, sizes and times. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 1204567 → `1,204,567`. */
export function showCount(count: number): string {
  return grouped.format(count);
}

/** `133 kB`, `3.3 MB`: powers of ten, as the command line writes them. */
export function showBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let at = 0;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${at === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[at] ?? ''}`;
}

/** Milliseconds: `850 ms`, `12 s`, `4 min`, `2 h 5 min`, `3 days`. */
export function showDuration(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${milliseconds < 10 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds)} ms`;
  }
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** Whole seconds and above: for ages that are looked at again and again, where tenths would flicker. */
export function showAge(milliseconds: number): string {
  return milliseconds < 1000
    ? 'under 1 s'
    : showDuration(Math.floor(milliseconds / 1000) * 1000).replace('.0 s', ' s');
}

/** Images a second: `18.4 /s`, or a minute where it is slow. */
export function showRate(rate: number): { readonly value: string; readonly unit: string } {
  if (rate >= 100) return { value: showCount(rate), unit: '/s' };
  if (rate >= 1) return { value: rate.toFixed(1), unit: '/s' };
  return { value: (rate * 60).toFixed(rate * 60 >= 10 ? 0 : 1), unit: '/min' };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** In the reader's own time zone. */
export function showTime(iso: string, now = new Date()): string {
  const then = new Date(iso);
  const time = clock.format(then);
  return then.toDateString() === now.toDateString() ? time : `${day.format(then)}, ${time}`;
}

/** The last part of a key, and what stands before it. */
export function splitKey(key: string): { readonly folder: string; readonly name: string } {
  const at = key.lastIndexOf('/', key.length - 2) + 1;
  return { folder: key.slice(0, at), name: key.slice(at) };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}

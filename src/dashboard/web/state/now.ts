import { signal } from '@preact/signals';

/** The reader's clock, once a second, for ages. */
export const now = signal(Date.now());

/** How far the database's clock is ahead of the reader's: ages are told by the one that stamped them. */
export const ahead = signal(0);

export function tick(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1000);
}

/** Milliseconds since then, by the database's clock. */
export function ageOf(iso: string): number {
  return Math.max(0, now.value + ahead.value - Date.parse(iso));
}

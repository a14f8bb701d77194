/**
 * The contact sheet's pictures: the newest first, a bounded number, and never more in a second than eyes and browser
 * can follow. When more come than fit, whole rows of a sample take their turn; nothing jumps.
 */
import { computed, signal } from '@preact/signals';
import type { ImageLine } from '../server/answers.ts';

/** Never more tiles than this in the page, whatever the screen. */
const most = 72;
/** Milliseconds that a row stands before the next pushes it down. */
const rowTime = 1_500;

/** How many tiles are side by side: the sheet measures it. */
export const columns = signal(6);
/** Rows that are kept. */
export const rows = signal(6);
/** The reader's choice. */
export const paused = signal(false);
/** While a pointer or the focus is on the sheet: nobody hits a tile that moves away. */
export const held = signal(false);

export const tiles = signal<readonly ImageLine[]>([]);
/** Images since the sheet stands still. */
export const missed = signal(0);
export const still = computed(() => paused.value || held.value);

let pending: ImageLine[] = [];
let tokens = 0;
let filledAt = 0;
let frame = 0;
let timer = setTimeout(() => undefined, 0);

/** New results; whatever is shown already is shown anew in its place. */
export function add(lines: readonly ImageLine[], total: number): void {
  if (still.peek()) missed.value += total;
  pending = [...lines.filter((line) => line.state === 'done'), ...pending].slice(0, most);
  schedule();
}

/** What was there before the page was: from the ledger. */
export function begin(lines: readonly ImageLine[]): void {
  pending = [];
  tokens = columns.peek();
  show(lines, []);
}

export function schedule(): void {
  if (frame === 0) frame = requestAnimationFrame(flush);
}

function flush(time: number): void {
  frame = 0;
  if (still.peek() || document.hidden) return;
  if (missed.peek() !== 0) missed.value = 0;
  const row = columns.peek();
  tokens = Math.min(row, tokens + ((time - filledAt) / rowTime) * row);
  filledAt = time;
  if (pending.length === 0) return;
  const fits = pending.length <= tokens;
  if (fits || tokens >= row) {
    const chosen = fits ? pending : sample(pending, row);
    tokens -= chosen.length;
    pending = [];
    show(chosen, tiles.peek());
    return;
  }
  // Not at each frame: one with nothing to show costs as well.
  clearTimeout(timer);
  timer = setTimeout(schedule, ((Math.min(pending.length, row) - tokens) / row) * rowTime);
}

function show(fresh: readonly ImageLine[], old: readonly ImageLine[]): void {
  const room = Math.min(most, columns.peek() * rows.peek());
  const seen = new Set<string>();
  tiles.value = [...fresh, ...old].filter(({ id }) => !seen.has(id) && seen.add(id)).slice(0, room);
}

/** Evenly out of all, the newest first. */
function sample(lines: readonly ImageLine[], count: number): ImageLine[] {
  const step = lines.length / count;
  return Array.from({ length: count }, (_, at) => lines[Math.floor(at * step)]).filter(
    (line) => line !== undefined,
  );
}

import { showDuration } from '../image/quantity.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** False while the total still grows. */
  readonly totalKnown: boolean;
  /** E.g. "3 set aside". */
  readonly note?: string;
}

/** Milliseconds between two plain lines where no bar can be drawn. */
const plainInterval = 10_000;
/** Milliseconds that the rate looks back. */
const rateWindow = 15_000;

/** Shows how far long work is: a bar that redraws itself on a terminal, a plain line now and then elsewhere. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #unit: string;
  readonly #samples: { at: number; done: number }[] = [];
  #lastLine = performance.now();
  #lastDone = 0;
  #drawn = false;

  constructor(terminal: Terminal, unit: string) {
    this.#terminal = terminal;
    this.#unit = unit;
  }

  update(progress: Progress): void {
    const now = performance.now();
    this.#samples.push({ at: now, done: progress.done });
    while ((this.#samples[1]?.at ?? now) < now - rateWindow) this.#samples.shift();
    if (this.#terminal.live) {
      this.#terminal.redraw(this.#render(progress));
      this.#drawn = true;
    } else if (
      !this.#terminal.json &&
      now - this.#lastLine > plainInterval &&
      progress.done !== this.#lastDone
    ) {
      this.#lastLine = now;
      this.#lastDone = progress.done;
      this.#terminal.errorLine(this.#text(progress));
    }
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#drawn) this.#terminal.redraw('');
    this.#drawn = false;
  }

  /** Things a second, over the last few seconds; undefined before there is anything to go by. */
  get rate(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < 1000) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  #text({ done, total, totalKnown, note }: Progress): string {
    const parts = [`${done} of ${totalKnown ? '' : 'at least '}${total} ${this.#unit}`];
    const { rate } = this;
    if (rate !== undefined && rate > 0) {
      parts.push(`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`);
      if (totalKnown && done < total) parts.push(`${showDuration(((total - done) / rate) * 1000)} left`);
    }
    if (note !== undefined) parts.push(note);
    return parts.join(', ');
  }

  #render(progress: Progress): string {
    const text = this.#text(progress);
    const room = Math.min(30, this.#terminal.width - text.length - 4);
    if (room < 5) return text.slice(0, this.#terminal.width - 1);
    const share = progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total);
    const filled = Math.round(room * share);
    return `${this.#terminal.paint('cyan', '█'.repeat(filled))}${this.#terminal.paint('gray', '░'.repeat(room - filled))} ${text}`;
  }
}

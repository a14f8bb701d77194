import type { StepEvent } from '../../cloud/apply.ts';
import { kindTitles, type Step } from '../../cloud/step.ts';
import { showDuration } from '../../image/quantity.ts';
import { jsonText } from '../jsonText.ts';
import type { Terminal } from '../terminal.ts';

/** Milliseconds between two plain lines about the same step. */
const plainInterval = 30_000;
/** Milliseconds between two looks of the line that is redrawn. */
const redrawInterval = 500;

interface UnderWay {
  readonly began: number;
  text: string;
  told: number;
}

/**
 * Shows what is going on: a line for each step that has ended, and below them, on a terminal, one that is redrawn with
 * all that are under way. Elsewhere plain lines now and then; with `--json` one object a line.
 */
export class CloudProgress {
  readonly #terminal: Terminal;
  readonly #underWay = new Map<Step, UnderWay>();
  readonly #timer: NodeJS.Timeout;
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#timer = setInterval(() => {
      this.#draw();
    }, redrawInterval);
    this.#timer.unref();
  }

  readonly tell = (event: StepEvent): void => {
    const { step, state } = event;
    if (this.#terminal.json) {
      this.#terminal.line(
        jsonText({ event: state, step: step.id, action: step.action, name: step.name, ...detail(event) }),
      );
      return;
    }
    switch (event.state) {
      case 'started':
        this.#underWay.set(step, { began: performance.now(), text: '', told: performance.now() });
        break;
      case 'waiting':
        this.#wait(step, event.text);
        break;
      case 'done':
        this.#end(
          step,
          `${this.#terminal.paint('green', '✓')} ${doneWords[step.action]} ${title(step)} (${showDuration(event.milliseconds)})`,
        );
        break;
      case 'failed':
        this.#end(step, `${this.#terminal.paint('red', '✗')} ${title(step)}: ${event.failure.message}`);
        break;
    }
    this.#draw();
  };

  /** No more lines. */
  end(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #wait(step: Step, text: string): void {
    const one = this.#underWay.get(step);
    if (one === undefined) return;
    const now = performance.now();
    one.text = text;
    if (this.#terminal.live || now - one.told < plainInterval) return;
    one.told = now;
    this.#terminal.errorLine(`  ${title(step)}: ${text}, for ${showDuration(now - one.began)}`);
  }

  #end(step: Step, line: string): void {
    this.#underWay.delete(step);
    this.#erase();
    this.#terminal.errorLine(line);
  }

  #draw(): void {
    if (!this.#terminal.live || this.#underWay.size === 0) return;
    const now = performance.now();
    const parts = [...this.#underWay].map(
      ([step, { text, began }]) =>
        `${step.name}${text === '' ? '' : ` ${text}`} ${showDuration(now - began)}`,
    );
    this.#terminal.redraw(`… ${parts.join(' · ')}`.slice(0, this.#terminal.width - 1));
    this.#drawn = true;
  }

  #erase(): void {
    if (this.#drawn) this.#terminal.redraw('');
    this.#drawn = false;
  }
}

const doneWords = {
  create: 'made',
  change: 'changed',
  replace: 'replaced',
  delete: 'deleted',
  keep: 'kept',
  foreign: 'left',
} as const;

function title({ target, name }: Step): string {
  return `${kindTitles[target.kind]} ${name}`;
}

function detail(event: StepEvent): object {
  switch (event.state) {
    case 'started':
      return {};
    case 'waiting':
      return { text: event.text };
    case 'done':
      return { milliseconds: Math.round(event.milliseconds) };
    case 'failed':
      return {
        milliseconds: Math.round(event.milliseconds),
        code: event.failure.code,
        what: event.failure.message,
      };
  }
}

import { showKey } from '../../image/key.ts';
import { showBytes, showDuration } from '../../image/quantity.ts';
import { visible } from '../../image/visible.ts';
import type { ImageEvent } from '../../pipeline/event.ts';
import type { Terminal } from '../terminal.ts';
import { type Hide, hidePasswordsInUrls } from './hide.ts';
import type { Narrator } from './narrator.ts';

const resources = {
  input: 'The input bucket',
  reading: 'Reading from the input bucket',
  removal: 'Removing from the input bucket',
  output: 'The output bucket',
  rejected: 'The place for rejected images',
  archive: 'The place for inputs that are done',
  database: 'The database',
  decoder: 'The image decoder',
} as const;

/**
 * One line a thing that happens, for people. `before` is called first, e.g. to clear a progress bar.
 * @param every also tell of each image that is done
 */
export function plainNarrator(
  terminal: Terminal,
  options: { every: boolean; debug?: boolean; before?: () => void; hide: Hide },
): Narrator {
  const say = (text: string): void => {
    options.before?.();
    const time = terminal.paint('gray', new Date().toTimeString().slice(0, 8));
    terminal.errorLine(`${time} ${hidePasswordsInUrls(options.hide(text))}`);
  };
  return {
    image: (event) => {
      const text = imageLine(event, terminal, options.every);
      if (text !== undefined) say(text);
    },
    outage: ({ resource, failure, since }, over) => {
      if (over) {
        const lasted = showDuration(Date.now() - since.getTime());
        say(`${terminal.paint('green', '●')} ${resources[resource]} works again after ${lasted}. Going on.`);
        return;
      }
      say(
        `${terminal.paint('yellow', '●')} ${resources[resource]}: ${visible(failure.message)}. Waiting; nothing is lost.`,
      );
      if (failure.remedy !== undefined) say(`  ${failure.remedy}`);
    },
    note: (level, text) => {
      if (level !== 'debug' || options.debug === true) say(text);
    },
  };
}

function imageLine(event: ImageEvent, terminal: Terminal, every: boolean): string | undefined {
  const name = showKey(event.image.key);
  switch (event.kind) {
    case 'done': {
      if (!every) return undefined;
      const [first, ...more] = event.outputs;
      if (first === undefined)
        return `${terminal.paint('green', '✓')} ${name} (finished what an earlier run had begun)`;
      const took = Object.entries(event.durations).reduce(
        (sum, [phase, ms]) => (phase === 'wait' ? sum : sum + ms),
        0,
      );
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      return `${terminal.paint('green', '✓')} ${name} → ${showKey(first.key)}${others} (${showBytes(first.bytes)}, ${showDuration(took)})`;
    }
    case 'rejected':
      return `${terminal.paint('red', '✗')} ${name} set aside: ${visible(event.failure.message)} (image ${event.id})`;
    case 'failed':
      return `${terminal.paint('red', '✗')} ${name} failed for the last time: ${visible(event.failure.message)} (image ${event.id})`;
    case 'attempt-failed':
      return `${terminal.paint('yellow', '↻')} ${name} will be tried again: ${visible(event.failure.message)} (image ${event.id}, attempt ${event.attempt ?? 0})`;
    case 'superseded':
    case 'skipped':
      return `${terminal.paint('gray', '–')} ${name}: ${visible(event.failure.message)}`;
    case 'postponed':
    case 'lost':
      return undefined;
  }
}

import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { visibleLines } from '../image/visible.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'gray' | 'bold';

export interface Paint {
  readonly paint: (colour: Colour, text: string) => string;
  /** A text as it goes to the terminal: the colours of `paint`, and no other control sequence, have their effect. */
  readonly show: (text: string) => string;
}

/**
 * Colours that nobody else can write: until a text is shown, each of its control sequences bears a number drawn at the
 * start. A sequence without it comes from a key, a path or a server, and is shown instead of obeyed.
 */
export function createPaint(colours: boolean): Paint {
  if (!colours) return { paint: (_colour, text) => text, show: visibleLines };
  const own = `${randomInt(1000, 10_000)};${randomInt(1000, 10_000)};${randomInt(1000, 10_000)}`;
  const sequence = (code: number): string => `\u001b[${code};${own}m`;
  const ours = new RegExp(`\u001b\\[(\\d{1,2});${own}m`);
  return {
    paint: (colour, text) => {
      const [on, off] = inspect.colors[colour] ?? [0, 0];
      return `${sequence(on)}${text}${sequence(off)}`;
    },
    // Split at a group: every second piece is the code of a sequence of ours.
    show: (text) =>
      text
        .split(ours)
        .map((piece, at) => (at % 2 === 1 ? `\u001b[${piece}m` : visibleLines(piece)))
        .join(''),
  };
}

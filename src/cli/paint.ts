import { visibleLines } from '../image/visible.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'gray' | 'bold';

/** Select Graphic Rendition: what turns each on, and off again. Source: ECMA-48, 8.3.117. */
const codes: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  gray: [90, 39],
  bold: [1, 22],
};

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
  // Of four digits, the longest that are known as part of a control sequence. The global `crypto`: it is loaded here, where
  // there are colours, and help is quick without.
  const own = [...crypto.getRandomValues(new Uint16Array(3))].map((drawn) => 1000 + (drawn % 9000)).join(';');
  const sequence = (code: number): string => `\u001b[${code};${own}m`;
  const ours = new RegExp(`\u001b\\[(\\d{1,2});${own}m`);
  return {
    paint: (colour, text) => {
      const [on, off] = codes[colour];
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

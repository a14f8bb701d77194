import process from 'node:process';
import { visibleLines } from '../image/visible.ts';
import { type Colour, createPaint } from './paint.ts';

/**
 * Where a command writes to, and how. Results go to standard output, everything else to standard error. Whatever a
 * text has in it that would steer the terminal is shown as an escape; only colours from `paint` have an effect.
 */
export interface Terminal {
  /** `--json` was given: standard output is for machines. */
  readonly json: boolean;
  /** Can standard error be redrawn, as progress bars need? */
  readonly live: boolean;
  /** Characters in a line. */
  readonly width: number;
  line(text?: string): void;
  /** For machines: escapes nothing, unless standard output is a terminal. */
  exactLine(text: string): void;
  errorLine(text: string): void;
  /** Empties the screen, for what is shown again and again. */
  clear(): void;
  /** Puts this in the place of the last line of standard error. */
  redraw(text: string): void;
  paint(colour: Colour, text: string): string;
}

/** The process's own terminal. Colours only on a terminal and without NO_COLOR (https://no-color.org). */
export function openTerminal(options: { readonly json: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  leaveQuietlyWhenNobodyReads(stdout);
  leaveQuietlyWhenNobodyReads(stderr);
  const colours = stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const { paint, show } = createPaint(colours);
  return {
    json: options.json,
    live: stderr.isTTY && env['TERM'] !== 'dumb' && !options.json,
    get width() {
      return stderr.isTTY ? Math.max(40, stderr.columns) : 80;
    },
    line: (text = '') => {
      stdout.write(`${show(text)}\n`);
    },
    exactLine: (text) => {
      stdout.write(`${stdout.isTTY ? visibleLines(text) : text}\n`);
    },
    errorLine: (text) => {
      stderr.write(`${show(text)}\n`);
    },
    clear: () => {
      stdout.write('\u001b[H\u001b[2J\n');
    },
    redraw: (text) => {
      stderr.write(`\r\u001b[K${show(text)}`);
    },
    paint,
  };
}

const watched = new WeakSet<NodeJS.WriteStream>();

/** `kuva log | head` closes the pipe early: that is no fault of anybody's. */
function leaveQuietlyWhenNobodyReads(stream: NodeJS.WriteStream): void {
  if (watched.has(stream)) return;
  watched.add(stream);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // As Ctrl-C does: a command that works through images finishes what is under way and closes what is open.
    process.kill(process.pid, 'SIGINT');
  });
}

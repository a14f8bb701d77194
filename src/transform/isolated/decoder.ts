/** The worker's side of one decoder: a process, what it is asked, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../limits.ts';
import type { OwnTools } from '../own/tools.ts';
import type { RecipeFiles } from '../recipeFiles.ts';
import type { Ending } from './ending.ts';
import { type Frame, FrameReader, framePieces } from './frames.ts';
import { type Answer, answerSchema, protocol, type Request } from './messages.ts';
import { lowerPriority } from './priority.ts';
import { decoderEnvironment, decoderFolder } from './surroundings.ts';

/** The program of a decoder. */
export interface DecoderProgram {
  readonly entry: URL;
  /** For Node, in front of the entry. */
  readonly options: readonly string[];
}

export interface DecoderSetup {
  readonly program: DecoderProgram;
  readonly limits: Limits;
  readonly files: RecipeFiles;
  readonly tools?: OwnTools;
  /** `low`: it works only where nobody else wants the processor. */
  readonly priority?: 'low';
}

/** An answer with its blobs; or the end of the process, which comes instead of one. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly blobs: readonly Buffer[] }
  | { readonly kind: 'nonsense'; readonly why: string }
  | { readonly kind: 'ended'; readonly ending: Ending };

const lastWordsLength = 4_000;

export class Decoder {
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #reader: FrameReader;
  #lastWords = '';
  #ending: Ending | undefined;
  #onReply: ((reply: Reply) => void) | undefined;
  /** Resolves when the process is gone. */
  readonly gone: Promise<Ending>;
  /** The answer to its setting up. */
  readonly begun: Promise<Reply>;

  constructor({ program, limits, files, tools, priority }: DecoderSetup) {
    this.#child = spawn(
      process.execPath,
      // Its garbage is collected when an image is done, if there is much.
      ['--expose-gc', ...program.options, fileURLToPath(program.entry)],
      {
        // Nothing in, nothing out, last words, the channel, the lifeline. Every other descriptor is closed on exec.
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
        env: decoderEnvironment(),
        cwd: decoderFolder(),
        // A session of its own: what a terminal sends to the worker's group does not reach it.
        detached: process.platform !== 'win32',
        windowsHide: true,
      },
    );
    if (priority === 'low' && this.#child.pid !== undefined) lowerPriority(this.#child.pid);
    this.#pipe = duplexOf(this.#child);
    this.#reader = new FrameReader((frame) => {
      this.#take(frame);
    });
    this.gone = this.#watch();
    this.begun = this.ask(
      { ask: 'setup', protocol, limits, files: [...files.keys()], ...(tools && { tools }) },
      [...files.values()],
      0,
    );
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /**
   * Asks one thing; nothing else may be asked until it is answered. Never rejects.
   * @param most bytes that the answer's blobs may have
   */
  ask(request: Request, blobs: readonly Uint8Array[], most: number): Promise<Reply> {
    return new Promise((resolve) => {
      if (this.#ending !== undefined) {
        resolve({ kind: 'ended', ending: this.#ending });
        return;
      }
      this.#onReply = resolve;
      this.#reader.maxBlobs = most;
      this.tell(request, blobs);
    });
  }

  /** Says something that has no answer. */
  tell(request: Request, blobs: readonly Uint8Array[] = []): void {
    if (this.#pipe.destroyed) return;
    // All pieces in one call of the system.
    this.#pipe.cork();
    for (const piece of framePieces(request, blobs)) this.#pipe.write(piece);
    this.#pipe.uncork();
  }

  /** Ends it at once, whatever it is doing, and the command that it runs; it has nothing to lose. */
  kill(): void {
    const { pid } = this.#child;
    if (this.#ending === undefined && pid !== undefined) endGroup(pid);
    this.#child.kill('SIGKILL');
  }

  #take({ body, blobs }: Frame): void {
    const parsed = answerSchema.safeParse(body);
    if (parsed.success) this.#reply({ kind: 'answer', answer: parsed.data, blobs });
    else this.#reply({ kind: 'nonsense', why: 'an answer that is none' });
  }

  #reply(reply: Reply): void {
    const onReply = this.#onReply;
    this.#onReply = undefined;
    onReply?.(reply);
  }

  #watch(): Promise<Ending> {
    const child = this.#child;
    const { stderr } = child;
    stderr?.setEncoding('latin1').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength);
    });
    this.#pipe.on('data', (chunk: Buffer) => {
      try {
        this.#reader.push(chunk);
      } catch (thrown) {
        this.#pipe.removeAllListeners('data').resume();
        this.#reply({ kind: 'nonsense', why: thrown instanceof Error ? thrown.message : 'unknown' });
      }
    });
    // A process that dies breaks its pipes; how it ended says more.
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    // The lifeline: nothing comes, but its end must be seen.
    const line = child.stdio[4];
    if (line instanceof Duplex) line.resume();
    return new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (this.#ending !== undefined) return;
        this.#ending = { code, signal, lastWords: this.#lastWords };
        for (const stream of child.stdio) stream?.destroy();
        this.#reply({ kind: 'ended', ending: this.#ending });
        resolve(this.#ending);
      };
      // A command that it ran would go on without it.
      child.once('exit', () => {
        if (child.pid !== undefined) endGroup(child.pid);
      });
      // `close` comes when the last words are in.
      child.once('close', end);
      child.once('error', (error) => {
        this.#lastWords += `\nError: ${error.message}`;
        if (child.pid === undefined) end(null, null);
      });
    });
  }
}

/** Ends all that is left of a decoder's group, which is its own and bears its number. */
function endGroup(pid: number): void {
  if (process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

function duplexOf(child: ChildProcess): Duplex {
  const stream: Readable | NodeJS.WritableStream | null | undefined = child.stdio[3];
  if (!(stream instanceof Duplex)) {
    // The process could not be started: `error` follows.
    return new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
  }
  return stream;
}

/** The decoder's side: one process that reads strangers' images for a worker, one at a time, and may die of one. */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { toKuvaError } from '../../image/failure.ts';
import { defaultRecipe } from '../../image/recipe.ts';
import type { PreviewMaker, Transformer } from '../contract.ts';
import type { Limits } from '../limits.ts';
import type { OwnTools } from '../own/tools.ts';
import type { RecipeFiles } from '../recipeFiles.ts';
import { type Frame, FrameReader, framePieces } from './frames.ts';
import {
  type Answer,
  isRefusal,
  protocol,
  requestSchema,
  type ToldTools,
  type TransformFailure,
} from './messages.ts';
import { endWithGroup, watchWorker } from './watchdog.ts';

/** The descriptor over which requests come and answers go. */
export const channel = 3;

export type MakeTransformer = (
  limits: Limits,
  files: RecipeFiles,
  tools: OwnTools | undefined,
) => Promise<Transformer & PreviewMaker>;

/** A PNG of one grey pixel: decoding and encoding it shows that sharp works here before any image is at stake. */
const sample = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAACklEQVQImWNoAAAAggCByxOyYQAAAABJRU5ErkJggg==',
  'base64',
);

/** Garbage above this many bytes is collected after an image, rather than when the engine sees fit. */
const untidy = 16e6;

/** Answers until the worker is gone. Never ends by itself. */
export function serve(make: MakeTransformer): void {
  standApart();
  const pipe = new Socket({ fd: channel });
  pipe.on('end', endWithGroup).on('error', endWithGroup);
  const decoder = new Decoder(make, (answer, blobs) => {
    // All pieces in one call of the system.
    pipe.cork();
    for (const piece of framePieces(answer, blobs)) pipe.write(piece);
    pipe.uncork();
  });
  const reader = new FrameReader((frame) => void decoder.take(frame));
  pipe.on('data', (chunk: Buffer) => {
    reader.push(chunk);
  });
}

/** What concerns the worker does not concern this process: signals to its group, and the system's hunt for memory. */
function standApart(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  watchWorker();
  try {
    // The first to go when memory runs out (proc(5)). Only Linux has it.
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Elsewhere the system chooses as it likes.
  }
}

class Decoder {
  readonly #make: MakeTransformer;
  readonly #send: (answer: Answer, blobs?: readonly Uint8Array[]) => void;
  #transformer: (Transformer & PreviewMaker) | undefined;
  #kept: Buffer | undefined;

  constructor(make: MakeTransformer, send: (answer: Answer, blobs?: readonly Uint8Array[]) => void) {
    this.#make = make;
    this.#send = send;
  }

  async take({ body, blobs }: Frame): Promise<void> {
    const request = requestSchema.parse(body);
    if (request.ask === 'setup') {
      const files = new Map<string, Buffer>();
      request.files.forEach((sha256, at) => files.set(sha256, blobs[at] ?? Buffer.alloc(0)));
      await this.#setUp(request.protocol, request.limits, files, toolsOf(request.tools));
      return;
    }
    const image = blobs[0] ?? this.#kept;
    this.#kept = undefined;
    if (request.ask === 'forget') return;
    try {
      if (this.#transformer === undefined || image === undefined) throw new Error('asked out of order');
      if (request.ask === 'inspect') {
        const facts = await this.#transformer.inspect(image);
        this.#kept = image;
        this.#send({ answer: 'facts', facts, rss: process.memoryUsage.rss() });
        return;
      }
      if (request.ask === 'preview') {
        const { bytes, ...about } = await this.#transformer.preview(image, request.room);
        if (image.length > untidy) globalThis.gc?.();
        this.#send({ answer: 'drawn', ...about, rss: process.memoryUsage.rss() }, [bytes]);
        return;
      }
      const made = await this.#transformer.apply(
        image,
        request.facts,
        request.recipe,
        undefined,
        request.key,
      );
      const outputs = made.map(({ output, format, contentType, width, height, pages, how, facts }) => ({
        output,
        format,
        contentType,
        width,
        height,
        pages,
        how,
        ...(facts !== undefined && { facts }),
      }));
      const blobsMade = made.map(({ bytes }) => bytes);
      const size = blobsMade.reduce((sum, { length }) => sum + length, image.length);
      if (size > untidy) globalThis.gc?.();
      this.#send({ answer: 'made', outputs, rss: process.memoryUsage.rss() }, blobsMade);
    } catch (thrown) {
      this.#send({ answer: 'refused', failure: failureOf(thrown), rss: process.memoryUsage.rss() });
    }
  }

  async #setUp(
    theirs: number,
    limits: Limits,
    files: RecipeFiles,
    tools: OwnTools | undefined,
  ): Promise<void> {
    try {
      if (theirs !== protocol) throw new Error('another version of kuva was installed meanwhile');
      const transformer = await this.#make(limits, files, tools);
      await transformer.apply(sample, await transformer.inspect(sample), defaultRecipe);
      await this.#loadModules(tools);
      this.#transformer = transformer;
      this.#send({ answer: 'ready', protocol, rss: process.memoryUsage.rss() });
    } catch (thrown) {
      const failure = failureOf(thrown);
      const own = failure.code === 'step-unavailable';
      this.#send({ answer: 'unfit', why: textOf(thrown), ...(own && { failure }) });
    }
  }

  /** @throws KuvaError `step-unavailable` */
  async #loadModules(tools: OwnTools | undefined): Promise<void> {
    if (tools === undefined || tools.modules.length === 0) return;
    const { loadModule } = await import('../own/module.ts');
    for (const module of tools.modules) await loadModule(module, tools.folder);
  }
}

/** A decoder leads a group of its own, in which there is nothing but it and the command that it runs. */
function toolsOf(tools: ToldTools | undefined): OwnTools | undefined {
  if (tools === undefined) return undefined;
  const { bubblewrap, readers, ...others } = tools;
  return {
    ...others,
    ...(bubblewrap !== undefined && { bubblewrap }),
    ...(readers !== undefined && { readers }),
    alone: process.platform !== 'win32',
  };
}

function failureOf(thrown: unknown): TransformFailure {
  const { code, message, data, remedy, cause } = toKuvaError(thrown);
  return {
    code: isRefusal(code) ? code : 'internal',
    what: message.slice(0, 2_000),
    ...(data !== undefined && { data: data.slice(0, 2_000) }),
    ...(remedy !== undefined && { remedy: remedy.slice(0, 2_000) }),
    ...(cause !== undefined && { cause: textOf(cause) }),
  };
}

function textOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 2_000);
}

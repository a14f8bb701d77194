/** A `module` step: a function of the recipe's owner, called in the process that decodes images. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { KuvaError } from '../../image/failure.ts';
import { type Facts, factsSchema } from '../../image/facts.ts';
import { showDuration } from '../../image/quantity.ts';
import { durationSchema } from '../../image/quantitySchema.ts';
import type { StepOf } from '../../image/steps.ts';
import type { StepContext, StepFile, StepImage, StepPixels } from '../step.ts';
import { lastLines, stepFailed, stepRejected, stepTimedOut, stepUnavailable } from './failures.ts';
import { checkPixels } from './pixels.ts';
import { currentDigest } from './program.ts';
import type { ModuleFile } from './tools.ts';

export interface ModuleResult {
  /** What it made, by the name that outputs take it by; `''` for the only one; empty when it only measures. */
  readonly images: ReadonlyMap<string, StepImage>;
  readonly facts: Facts;
}

type ModuleStep = StepOf<'module'>;
type Called = (image: StepPixels | StepFile, context: StepContext) => unknown;

/** E.g. "The module steps/count.ts". */
export const nameOfModule = ({ file }: Pick<ModuleStep, 'file'>): string => `The module ${lastLines(file)}`;

/** Characters of its log that are kept. */
const mostWords = 4_000;

/**
 * Imports the module and finds its function. A module is loaded once a process.
 * @throws KuvaError `step-unavailable`
 */
export async function loadModule(step: ModuleFile, folder: string): Promise<Called> {
  const path = resolve(folder, step.file);
  const mend = 'Correct the module, try it with `kuva try`, and start kuva again.';
  const now = await currentDigest(path).catch(() => undefined);
  if (now === undefined) throw stepUnavailable(`${nameOfModule(step)} is not there: ${path}`, mend);
  if (step.sha256 !== undefined && now !== step.sha256) {
    throw stepUnavailable(
      `${path} is not what it was when kuva started: what it makes now is not what the recipe stands for`,
      'Start kuva again, so that the recipe is read again.',
    );
  }
  const loaded: unknown = await import(pathToFileURL(path).href).catch((thrown: unknown) => {
    throw stepUnavailable(`${nameOfModule(step)} does not load: ${toldOf(thrown, path)}`, mend, thrown);
  });
  const exported: unknown =
    typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, step.export) : undefined;
  if (typeof exported === 'function')
    return (image, context): unknown => Reflect.apply(exported, undefined, [image, context]);
  throw stepUnavailable(
    `${nameOfModule(step)} exports no function named ${step.export}`,
    step.export === 'default'
      ? 'Write `export default function (image, context) { … }`, or name the export in the recipe.'
      : mend,
  );
}

/**
 * Calls the function with one image.
 * @throws KuvaError `step-failed`, `step-rejected`, `step-unavailable`, `transform-timeout`
 */
export async function callModule(
  step: ModuleStep,
  image: StepPixels | StepFile,
  key: string,
  folder: string,
): Promise<ModuleResult> {
  const called = await loadModule(step, folder);
  const name = nameOfModule(step);
  const late = new AbortController();
  let facts: Facts = {};
  let said = '';
  const context: StepContext = {
    key,
    settings: step.settings,
    facts: (more) => {
      const parsed = factsSchema.safeParse({ ...facts, ...plainJson(more) });
      if (!parsed.success) {
        throw stepFailed(
          `The facts of ${name.replace('The', 'the')} cannot be kept: ${parsed.error.issues[0]?.message ?? 'they are not JSON'}`,
        );
      }
      facts = parsed.data;
    },
    log: (text) => {
      said = `${said}${text}\n`.slice(-mostWords);
    },
    reject: (reason) => {
      throw stepRejected(`${name} rejected the image: ${lastLines(reason)}`);
    },
    signal: late.signal,
  };
  const limit = durationSchema.parse(step.time);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late.abort();
      reject(stepTimedOut(`${name} took longer than ${showDuration(limit)}${words(said)}`));
    }, limit);
  });
  try {
    const result: unknown = await Promise.race([called(image, context), tooLate]);
    return { images: imagesOf(result, name), facts };
  } catch (thrown) {
    if (thrown instanceof KuvaError) throw thrown;
    throw stepFailed(`${name} failed: ${toldOf(thrown, resolve(folder, step.file))}${words(said)}`, thrown);
  } finally {
    clearTimeout(timer);
  }
}

const words = (said: string): string => (lastLines(said) === '' ? '' : `; it said: ${lastLines(said)}`);

/** As it will lie in the ledger: what is not JSON is left out or told apart as JSON does. */
function plainJson(value: unknown): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(value);
  const parsed: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** @throws KuvaError `step-failed` when it is no result */
function imagesOf(result: unknown, name: string): Map<string, StepImage> {
  if (result === undefined || result === null) return new Map();
  if (
    typeof result === 'object' &&
    'images' in result &&
    typeof result.images === 'object' &&
    result.images !== null
  ) {
    return new Map(
      Object.entries(result.images).map(([key, value]: [string, unknown]) => [key, imageOf(value, name)]),
    );
  }
  return new Map([['', imageOf(result, name)]]);
}

function imageOf(value: unknown, name: string): StepImage {
  if (isEncoded(value)) return value;
  if (isPixels(value)) {
    checkPixels(value, name);
    return value;
  }
  throw stepFailed(
    `${name} returned something that is no image: neither { encoded } nor { width, height, channels, depth, data }`,
  );
}

function isEncoded(value: unknown): value is { encoded: Uint8Array } {
  return (
    typeof value === 'object' && value !== null && 'encoded' in value && value.encoded instanceof Uint8Array
  );
}

function isPixels(value: unknown): value is Extract<StepImage, { data: unknown }> {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false;
  const numbers = ['width', 'height', 'channels', 'depth'].map((field): unknown => Reflect.get(value, field));
  return (
    numbers.every((number) => typeof number === 'number') &&
    (value.data instanceof Uint8Array || value.data instanceof Uint16Array)
  );
}

/** What was thrown, with the file and line where; of the places in its stack the first within the module's own folder. */
function toldOf(thrown: unknown, path: string): string {
  if (!(thrown instanceof Error)) return lastLines(String(thrown));
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const places = [...(thrown.stack ?? '').matchAll(/((?:file:\/\/)?\/[^\s():]+):(\d+)(?::\d+)?/g)].map(
    ([, file = '', line = '']) => ({ file: file.startsWith('file:') ? fileURLToPath(file) : file, line }),
  );
  const place =
    places.find(({ file }) => file === path) ?? places.find(({ file }) => file.startsWith(folder));
  return lastLines(
    `${place === undefined ? '' : `${place.file}:${place.line}: `}${thrown.name}: ${thrown.message}`,
  );
}

/** A `command` step: the image goes to a program as a file or on standard input, and what it makes comes back. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { toKuvaError } from '../../image/failure.ts';
import { type Facts, factsSchema } from '../../image/facts.ts';
import { extensions, type ImageFormat } from '../../image/format.ts';
import { showBytes, showDuration } from '../../image/quantity.ts';
import { bytesSchema, durationSchema } from '../../image/quantitySchema.ts';
import type { StepOf } from '../../image/steps.ts';
import { lastLines, stepFailed, stepRejected, stepTimedOut, stepUnavailable } from './failures.ts';
import { currentDigest } from './program.ts';
import { type Ended, runProgram } from './run.ts';
import { sandboxArguments } from './sandbox.ts';
import type { OwnTools } from './tools.ts';

export interface CommandImage {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
}

export interface CommandResult {
  /** What it made; undefined when it only measures. */
  readonly bytes?: Buffer;
  readonly facts: Facts;
}

/** Files in the configuration's folder that a command is given: `{here}/x.py` → `x.py`. */
export function filesHere({ run }: StepOf<'command'>): string[] {
  return run.flatMap((text) => (text.startsWith('{here}/') ? [text.slice('{here}/'.length)] : []));
}

/**
 * Runs it once.
 * @param written format that it is to write
 * @throws KuvaError `step-failed`, `step-rejected`, `step-unavailable`, `transform-timeout`
 */
export async function runCommand(
  step: StepOf<'command'>,
  image: CommandImage,
  written: ImageFormat,
  tools: OwnTools,
): Promise<CommandResult> {
  const program = tools.programs[step.run[0] ?? ''];
  if (program === undefined) throw stepUnavailable(`${nameOf(step)} was not looked for`, 'Start kuva again.');
  await refuseChanged(step, program, tools);
  const folder = join(tools.scratch, `${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    const names = {
      in: join(folder, `in${extensions[image.format]}`),
      out: join(folder, `out${extensions[written]}`),
      facts: join(folder, 'facts.json'),
    };
    const uses = (placeholder: string): boolean => step.run.some((text) => text.includes(placeholder));
    const fromFile = uses('{in}');
    if (fromFile) await writeFile(names.in, image.bytes, { mode: 0o600 });
    const args = step.run.slice(1).map((text) => filled(text, { ...names, here: tools.folder }));
    const started = sandboxed(step, program, args, folder, tools);
    const ended = await runProgram({
      ...started,
      folder,
      environment: { ...tools.environment, HOME: folder, TMPDIR: folder, ...step.environment },
      stdin: fromFile ? undefined : image.bytes,
      time: durationSchema.parse(step.time),
      memory: bytesSchema.parse(step.memory),
      size: bytesSchema.parse(step.size) + (fromFile ? image.bytes.length : 0),
      alone: tools.alone === true,
    });
    judge(step, ended);
    const told = uses('{facts}')
      ? await fileFrom(names.facts, step)
      : step.gives === 'facts'
        ? ended.stdout
        : undefined;
    const facts = told === undefined ? {} : factsFrom(told, step);
    if (step.gives === 'facts') return { facts };
    const bytes = uses('{out}') ? await fileFrom(names.out, step) : ended.stdout;
    if (bytes === undefined || bytes.length === 0) {
      throw stepFailed(
        `${nameOf(step)} ended well, and left no image${uses('{out}') ? ' in {out}' : ' on standard output'}${words(ended)}`,
      );
    }
    return { bytes, facts };
  } catch (thrown) {
    throw asUnavailable(thrown, step);
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** E.g. "The command convert". */
export function nameOf({ run }: StepOf<'command'>): string {
  return `The command ${lastLines(basename(run[0] ?? ''))}`;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(in|out|facts|here)\}/g, (token, name: string) => values[name] ?? token);
}

function sandboxed(
  step: StepOf<'command'>,
  program: string,
  args: readonly string[],
  folder: string,
  { bubblewrap, folder: here }: OwnTools,
): { program: string; args: readonly string[] } {
  if (!step.sandbox) return { program, args };
  if (bubblewrap === undefined) throw stepUnavailable('bubblewrap was not looked for', 'Start kuva again.');
  const files = [program, ...filesHere(step).map((name) => resolve(here, name))];
  return { program: bubblewrap, args: [...sandboxArguments(files, folder), program, ...args] };
}

/** A script that was edited is another recipe: what it makes must not be recorded under the old one's digest. */
async function refuseChanged(step: StepOf<'command'>, program: string, tools: OwnTools): Promise<void> {
  for (const [name, sha256] of Object.entries(step.sha256 ?? {})) {
    const path = name === step.run[0] ? program : resolve(tools.folder, name);
    const now = await currentDigest(path).catch(() => undefined);
    if (now === sha256) continue;
    throw stepUnavailable(
      `${path} is ${now === undefined ? 'gone' : 'not what it was when kuva started'}: what it makes now is not what the recipe stands for`,
      'Start kuva again, so that the recipe is read again.',
    );
  }
}

/** @throws KuvaError when it did not end well */
function judge(step: StepOf<'command'>, ended: Ended): void {
  const name = nameOf(step);
  switch (ended.over) {
    case 'time':
      throw stepTimedOut(
        `${name} took longer than ${showDuration(durationSchema.parse(step.time))} and was ended${words(ended)}`,
      );
    case 'memory':
      throw stepFailed(
        `${name} took ${showBytes(ended.memory)} of memory, and ${step.memory} is the limit: it was ended`,
      );
    case 'size':
      throw stepFailed(`${name} wrote more than ${step.size} and was ended${words(ended)}`);
    case undefined:
      break;
  }
  if (ended.code === 0) return;
  const how =
    ended.code === null ? `was ended by ${ended.signal ?? 'a signal'}` : `ended with exit code ${ended.code}`;
  const what = `${name} ${how}${words(ended)}`;
  throw ended.code !== null && step.rejects.includes(ended.code) ? stepRejected(what) : stepFailed(what);
}

function words({ stderr }: Ended): string {
  const said = lastLines(stderr);
  return said === '' ? '' : `; it said: ${said}`;
}

/** A file that it was to write; a link, which may lead anywhere, is none. */
async function fileFrom(path: string, step: StepOf<'command'>): Promise<Buffer | undefined> {
  const file = await lstat(path).catch(() => undefined);
  if (file?.isFile() !== true) return undefined;
  if (file.size > bytesSchema.parse(step.size))
    throw stepFailed(`${nameOf(step)} wrote more than ${step.size}`);
  return readFile(path);
}

function factsFrom(bytes: Buffer, step: StepOf<'command'>): Facts {
  try {
    return factsSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (thrown) {
    throw stepFailed(
      `The facts of ${nameOf(step).replace('The', 'the')} are not a JSON object that can be kept (${lastLines(reason(thrown))})`,
      thrown,
    );
  }
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown reason';
  return thrown instanceof z.ZodError ? (thrown.issues[0]?.message ?? thrown.message) : thrown.message;
}

/** What the system refuses (a full disk, no more processes) is not the image's fault. */
function asUnavailable(thrown: unknown, step: StepOf<'command'>): unknown {
  if (!(thrown instanceof Error) || toKuvaError(thrown) === thrown) return thrown;
  return stepUnavailable(
    `${nameOf(step)} cannot be run: ${thrown.message}`,
    'Look at the space on the disk of TMPDIR and at the limits of the system; `kuva doctor` tries it.',
    thrown,
  );
}

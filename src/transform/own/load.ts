/** Looks at everything that own steps need before any image is touched, and notes it in the recipe by its SHA-256. */
import { extname, resolve } from 'node:path';
import type { Recipe, RecipeOutput } from '../../image/recipe.ts';
import { isApart, type Step, type StepOf } from '../../image/steps.ts';
import { filesHere } from './command.ts';
import { commandEnvironment } from './environment.ts';
import { stepInvalid } from './failures.ts';
import { digestOfFile, findProgram } from './program.ts';
import { sandboxFault } from './sandbox.ts';
import { makeScratch, sweepScratch } from './scratch.ts';
import type { ModuleFile, OwnTools } from './tools.ts';

export interface LoadedSteps {
  /** The same recipe with the SHA-256 of every program, script and module filled in. */
  readonly recipe: Recipe;
  /** Undefined where there are none. */
  readonly tools: OwnTools | undefined;
}

/**
 * Finds programs, scripts and modules, makes the folder for commands, and removes what killed workers left.
 * @param folder of the configuration file
 * @param earlier what was found for other recipes of the same process
 * @throws KuvaError `config-invalid` when something is missing or is not what the recipe names
 */
export async function loadOwnSteps(recipe: Recipe, folder: string, earlier?: OwnTools): Promise<LoadedSteps> {
  const steps = recipe.outputs.flatMap((output) => output.steps).filter(isApart);
  const commands = steps.filter((step) => step.step === 'command');
  if (steps.every(({ step }) => step === 'measure')) return { recipe, tools: earlier };
  const environment = commandEnvironment(process.env);
  const programs: Record<string, string> = { ...earlier?.programs };
  for (const { run } of commands) {
    const [name = ''] = run;
    programs[name] = await programOf(name, folder, environment['PATH'] ?? '');
  }
  const bubblewrap =
    earlier?.bubblewrap ??
    (commands.some(({ sandbox }) => sandbox) ? await bubblewrapOf(environment['PATH'] ?? '') : undefined);
  const outputs: RecipeOutput[] = [];
  for (const output of recipe.outputs) {
    const noted: Step[] = [];
    for (const step of output.steps) noted.push(await withDigest(step, folder, programs));
    outputs.push({ ...output, steps: noted });
  }
  const made = earlier === undefined || earlier.scratch === '/' ? undefined : earlier.scratch;
  const scratch = made ?? (commands.length > 0 ? await scratchFolder() : '/');
  return {
    recipe: { ...recipe, outputs },
    tools: {
      folder,
      scratch,
      environment,
      programs,
      modules: [...(earlier?.modules ?? []), ...modulesOf(outputs)],
      ...(bubblewrap !== undefined && { bubblewrap }),
    },
  };
}

function modulesOf(outputs: readonly RecipeOutput[]): ModuleFile[] {
  return outputs
    .flatMap(({ steps }) => steps)
    .filter((step) => step.step === 'module')
    .map(({ file, export: name, sha256 }) => ({
      file,
      export: name,
      ...(sha256 !== undefined && { sha256 }),
    }));
}

export async function scratchFolder(): Promise<string> {
  try {
    await sweepScratch();
    return await makeScratch();
  } catch (thrown) {
    throw stepInvalid(
      `No folder for commands can be made: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`,
      'Name a folder that can be written to in the environment variable TMPDIR.',
      thrown,
    );
  }
}

async function programOf(name: string, folder: string, searchPath: string): Promise<string> {
  const found = await findProgram(name.replace(/^\{here\}/, folder), folder, searchPath);
  if (found !== undefined) return found;
  throw stepInvalid(
    `The program ${name} of a command step ${name.includes('/') ? 'is not there, or may not be run' : `is not on the search path (${searchPath})`}`,
    'Install it, or write its path. A script needs a first line such as #!/usr/bin/env python3, and chmod +x.',
  );
}

export async function bubblewrapOf(searchPath: string): Promise<string> {
  const found = await findProgram('bwrap', '/', searchPath);
  if (found === undefined) {
    throw stepInvalid(
      'A program is to run in a sandbox, and bubblewrap (bwrap) is not installed',
      'Install it (Debian: apt install bubblewrap), or take `sandbox: true` out of the configuration.',
    );
  }
  const fault = await sandboxFault(found);
  if (fault === undefined) return found;
  throw stepInvalid(
    `A program is to run in a sandbox, and this machine makes none: ${fault}`,
    'Sandboxes need user namespaces: many containers, and some systems, do not allow them. Allow them, or take `sandbox: true` out of the configuration.',
  );
}

async function withDigest(
  step: Step,
  folder: string,
  programs: Readonly<Record<string, string>>,
): Promise<Step> {
  if (step.step === 'command') {
    const [name = ''] = step.run;
    const sha256: Record<string, string> = { [name]: await digest(programs[name] ?? name) };
    for (const file of filesHere(step)) sha256[file] = await digest(resolve(folder, file));
    for (const [file, wanted] of Object.entries(step.sha256 ?? {})) refuseOther(file, wanted, sha256[file]);
    return { ...step, sha256 };
  }
  if (step.step !== 'module') return step;
  const path = resolve(folder, step.file);
  refuseUnreadable(step, path);
  const sha256 = await digest(path);
  refuseOther(path, step.sha256, sha256);
  return { ...step, sha256 };
}

function refuseOther(file: string, wanted: string | undefined, found: string | undefined): void {
  if (wanted === undefined || wanted === found) return;
  throw stepInvalid(
    `${file} is not the one that the recipe names: its SHA-256 is ${found ?? 'unknown'}`,
    'Put the right file there, or take the sha256 out of the recipe.',
  );
}

/** Node runs TypeScript by itself from 22.18 on. */
function refuseUnreadable({ file }: StepOf<'module'>, path: string): void {
  if (!/^\.[cm]?ts$/.test(extname(path)) || runsTypeScript()) return;
  throw stepInvalid(
    `The module ${file} is TypeScript, and Node.js ${process.versions.node} runs JavaScript alone`,
    'Run kuva with Node.js 22.18 or newer, or name the module’s compiled .js file.',
  );
}

function runsTypeScript(): boolean {
  const known: unknown = Reflect.get(process.features, 'typescript');
  return typeof known === 'string';
}

async function digest(path: string): Promise<string> {
  return digestOfFile(path).catch((thrown: unknown) => {
    throw stepInvalid(
      `${path} of the recipe cannot be read (${thrown instanceof Error ? thrown.message : 'unknown reason'})`,
      'Correct the name in the recipe; it is relative to the folder of the configuration file.',
      thrown,
    );
  });
}

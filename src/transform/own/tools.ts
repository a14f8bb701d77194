import type { FoundProgram } from '../programs/find.ts';

/** A function of a module, as a recipe names it. */
export interface ModuleFile {
  readonly file: string;
  readonly export: string;
  readonly sha256?: string | undefined;
}

/** What own steps need of the machine: found once by the worker, and handed to whoever runs them. */
export interface OwnTools {
  /** Of the configuration file: `{here}`, and what modules are relative to. */
  readonly folder: string;
  /** Where commands get their own folders. */
  readonly scratch: string;
  /** What commands see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths of programs, by the names that the recipe uses. */
  readonly programs: Readonly<Record<string, string>>;
  /** Modules of the recipe: loaded before there is an image, so that one that does not load is told at once. */
  readonly modules: readonly ModuleFile[];
  /** The program that makes sandboxes; absent where no step asks for one. */
  readonly bubblewrap?: string;
  /** This process leads a group of its own, and whatever is in it beside may be ended. */
  readonly alone?: boolean;
  /** Programs that read what kuva itself does not, where the configuration allows some. */
  readonly readers?: readonly FoundProgram[];
}

/** For recipes without own steps. */
export const noTools: OwnTools = { folder: '/', scratch: '/', environment: {}, programs: {}, modules: [] };

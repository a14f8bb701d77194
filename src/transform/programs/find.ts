import { execFile } from 'node:child_process';
import { commandEnvironment } from '../own/environment.ts';
import { findProgram } from '../own/program.ts';
import type { ReadingProgram } from '../limits.ts';
import { programTable, type ReadFormat, readFormats } from './table.ts';

/** A program that is on this machine. */
export interface FoundProgram {
  readonly program: ReadingProgram;
  readonly path: string;
  readonly version: string;
  /** What this build of it reads. */
  readonly formats: readonly ReadFormat[];
}

/** Looks for one on the search path and asks it what it is. @param around the worker's own environment */
export async function findReader(
  program: ReadingProgram,
  around = process.env,
): Promise<FoundProgram | undefined> {
  const kind = programTable[program];
  const environment = commandEnvironment(around);
  for (const name of kind.names) {
    const path = await findProgram(name, '/', environment['PATH'] ?? '');
    if (path === undefined) continue;
    const version = kind.version.exec(await answerOf(path, kind.versionArgs, environment))?.[1];
    if (version === undefined) continue;
    const list = kind.listArgs === undefined ? '' : await answerOf(path, kind.listArgs, environment);
    const reads = readFormats.filter((format) => {
      const reading = kind.formats[format];
      return reading !== undefined && (reading.listed === undefined || reading.listed.test(list));
    });
    return { program, path, version, formats: reads };
  }
  return undefined;
}

/** Milliseconds; some take a second to list what they can. */
const patience = 20_000;

function answerOf(path: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, [...args], { env, timeout: patience, maxBuffer: 4e6 }, (_error, stdout, stderr) => {
      // djxl says its version and ends badly where it is given no image.
      resolve(`${stdout}\n${stderr}`);
    });
  });
}

import type { Limits } from '../limits.ts';
import { commandEnvironment } from '../own/environment.ts';
import { stepInvalid } from '../own/failures.ts';
import { bubblewrapOf, scratchFolder } from '../own/load.ts';
import type { OwnTools } from '../own/tools.ts';
import { findReader, type FoundProgram } from './find.ts';
import { programTable } from './table.ts';

/**
 * Finds the programs that the configuration allows, and adds them to what own steps need.
 * @param folder of the configuration file
 * @param around the worker's own environment
 * @throws KuvaError `config-invalid` when one is not there
 */
export async function loadPrograms(
  { programs, sandbox }: Pick<Limits, 'programs' | 'sandbox'>,
  folder: string,
  earlier: OwnTools | undefined,
  around = process.env,
): Promise<OwnTools | undefined> {
  if (programs.length === 0) return earlier;
  const readers: FoundProgram[] = [];
  for (const program of programs) {
    const found = await findReader(program, around);
    if (found === undefined) {
      const { names, package: debian } = programTable[program];
      throw stepInvalid(
        `limits.programs allows ${program}, and ${names.join(' or ')} is not on the search path, or is another program`,
        `Install it (Debian: apt install ${debian}), or take it out of limits.programs.`,
      );
    }
    readers.push(found);
  }
  const environment = earlier?.environment ?? commandEnvironment(around);
  const bubblewrap =
    earlier?.bubblewrap ?? (sandbox ? await bubblewrapOf(environment['PATH'] ?? '') : undefined);
  const scratch = earlier === undefined || earlier.scratch === '/' ? await scratchFolder() : earlier.scratch;
  return {
    ...(earlier ?? { folder, programs: {}, modules: [] }),
    environment,
    scratch,
    readers,
    ...(bubblewrap !== undefined && { bubblewrap }),
  };
}

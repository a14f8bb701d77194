import path from 'node:path';
import { KuvaError } from '../image/failure.ts';
import { absolutePath, type Surroundings, variable } from './surroundings.ts';

export interface ConfigText {
  /** Absolute. */
  readonly file: string;
  /** As told in messages: relative where that is shorter. */
  readonly name: string;
  readonly text: string;
  readonly openToOthers: boolean;
}

/**
 * The file by `--config`, else KUVA_CONFIG, else `kuva.yaml` in the working directory, else none.
 * @throws KuvaError `config-missing` when a named file is not there, `config-invalid` when it cannot be read
 */
export function findConfigFile(named: string | undefined, around: Surroundings): ConfigText | undefined {
  const asked =
    named === undefined
      ? { written: variable(around, 'KUVA_CONFIG'), by: 'KUVA_CONFIG' }
      : { written: named, by: '--config' };
  const file = absolutePath(asked.written ?? 'kuva.yaml', around.cwd, around);
  const look = around.look(file);
  const name = shortName(file, around.cwd);
  if (look.outcome === 'read') return { file, name, text: look.text, openToOthers: look.openToOthers };
  if (look.outcome === 'missing') {
    if (asked.written === undefined) return undefined;
    throw new KuvaError('config-missing', {
      what: `There is no file ${name}, which ${asked.by} names`,
      data: 'Nothing was started.',
      remedy: 'Check the path, or let `kuva init` write a file.',
    });
  }
  throw new KuvaError('config-invalid', {
    what: `${name} cannot be read: ${look.reason}`,
    data: 'Nothing was started.',
    remedy: 'Make it a file that the user who runs kuva can read.',
  });
}

function shortName(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

import { type Surroundings, showPath } from '../surroundings.ts';
import { fromVariables, libpqNames, tutorialNames } from './databaseEnvironment.ts';
import type { DatabaseParts } from './databasePlace.ts';
import { parseAssignments } from './shellAssignments.ts';

export interface DbCredAnswer {
  readonly name: string;
  readonly parts: DatabaseParts;
  readonly faults: readonly string[];
  readonly warning?: string;
}

/**
 * The tutorial's `db_cred.sh`: a shell script that exports DB_HOST, DB_PORT, DB_NAME, DB_USER and PGPASSWORD (or
 * libpq's names). Read as text and never run.
 * @param file absolute
 */
export function fromDbCred(around: Surroundings, file: string): DbCredAnswer {
  const name = showPath(file, around);
  const look = around.look(file);
  if (look.outcome === 'missing') return { name, parts: {}, faults: [`${name} is not there`] };
  if (look.outcome === 'unreadable') return { name, parts: {}, faults: [`${name}: ${look.reason}`] };

  const { values, computed } = parseAssignments(look.text);
  const read = (variable: string) => values.get(variable);
  const tutorial = fromVariables(read, tutorialNames, (variable) => `${name} ${variable}`);
  const libpq = fromVariables(read, libpqNames, (variable) => `${name} ${variable}`);
  const wanted = new Set<string>([...Object.values(tutorialNames), ...Object.values(libpqNames)]);
  const faults = [
    ...tutorial.faults,
    ...libpq.faults,
    ...[...computed]
      .filter((variable) => wanted.has(variable))
      .map(
        (variable) =>
          `${variable} in ${name} holds something that only a shell can work out; write its value out, in single quotes`,
      ),
  ];
  const parts = { ...libpq.parts, ...tutorial.parts };
  if (faults.length === 0 && Object.keys(parts).length === 0) {
    faults.push(`${name} sets none of DB_HOST, DB_PORT, DB_NAME, DB_USER, PGPASSWORD`);
  }
  return {
    name,
    parts,
    faults,
    ...(look.openToOthers &&
      parts.password && {
        warning: `${name} holds a password and other users of this machine may read it. Mend it with: chmod 600 ${name}`,
      }),
  };
}

/** Programs of this machine that could read what kuva itself does not: which are there, and which may. */
import { formatNames } from '../../image/format.ts';
import { type Limits, readingPrograms } from '../../transform/limits.ts';
import { findReader } from '../../transform/programs/find.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Those that are allowed were found before; what the others would add is told, and no fault. */
export async function checkPrograms({ programs }: Limits): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const program of readingPrograms) {
    const found = await findReader(program);
    if (found === undefined) continue;
    const check = `program ${program}`;
    const names = found.formats.map((format) => formatNames[format]);
    const what = `${found.path}, version ${found.version}`;
    const reads = `${names.join(' and ')} of more than 8 bits a channel`;
    if (!programs.includes(program)) {
      const adds =
        names.length === 0
          ? 'this build would add nothing'
          : `\`limits: { programs: [${program}] }\` would let it read ${reads}`;
      findings.push(ok(check, `${what}; not used: ${adds}`));
    } else if (names.length === 0) {
      findings.push(
        warning(
          check,
          `${what}; this build of it reads none of the formats that kuva asks it for`,
          'Install another build of it, or take it out of limits.programs.',
        ),
      );
    } else findings.push(ok(check, `${what}; reads ${reads}`));
  }
  return findings;
}

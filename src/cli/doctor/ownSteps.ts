/** The steps that the recipe's owner brings along: are the programs there, do modules load, can sandboxes be had? */
import type { KuvaConfig } from '../../config/config.ts';
import type { Recipe } from '../../image/recipe.ts';
import { showBytes } from '../../image/quantity.ts';
import { bytesSchema } from '../../image/quantitySchema.ts';
import { isApart } from '../../image/steps.ts';
import { makeBudgets, thisMachine } from '../../pipeline/budgets.ts';
import { commandEnvironment } from '../../transform/own/environment.ts';
import { findProgram } from '../../transform/own/program.ts';
import { sandboxFault } from '../../transform/own/sandbox.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Of a recipe whose programs and modules were found already. */
export async function checkOwnSteps({ worker }: KuvaConfig, recipe: Recipe): Promise<Finding[]> {
  const steps = recipe.outputs.flatMap((output) => output.steps).filter(isApart);
  const commands = steps.filter((step) => step.step === 'command');
  const modules = steps.filter((step) => step.step === 'module');
  const findings: Finding[] = [];
  for (const { run, sha256 } of commands) {
    const [name = ''] = run;
    findings.push(ok(`command ${name}`, `found; SHA-256 ${sha256?.[name]?.slice(0, 12) ?? 'unknown'}…`));
  }
  for (const { file } of modules) findings.push(ok(`module ${file}`, 'found; the decoder below loads it'));
  const { capacity } = makeBudgets(worker, thisMachine()).images;
  const most = Math.max(0, ...[...commands, ...modules].map(({ memory }) => bytesSchema.parse(memory)));
  if (most > capacity) {
    findings.push(
      warning(
        'own steps: memory',
        `a step may take ${showBytes(most)}, and this machine has ${showBytes(capacity)} for images: every image would be refused`,
        'Lower `memory` of the step, or raise `worker: memory:`.',
      ),
    );
  }
  if (commands.length > 0) findings.push(await checkSandbox(commands.some(({ sandbox }) => sandbox)));
  return findings;
}

async function checkSandbox(wanted: boolean): Promise<Finding> {
  const check = 'sandbox for commands';
  const found = await findProgram('bwrap', '/', commandEnvironment(process.env)['PATH'] ?? '');
  if (found === undefined) {
    return ok(
      check,
      'none: bubblewrap is not installed, and no command asks for it; commands run with the rights of this user',
    );
  }
  const fault = await sandboxFault(found);
  if (fault !== undefined) {
    return ok(
      check,
      `none: bubblewrap is there, and this machine lets it make none (${fault}); commands run with the rights of this user`,
    );
  }
  return ok(check, wanted ? 'bubblewrap works' : 'bubblewrap works; a command gets one by `sandbox: true`');
}

import { showCost, type Cost } from '../../cloud/cost.ts';
import { explainStep, type ExplainContext } from '../../cloud/explain.ts';
import { nothingToDo, type Plan } from '../../cloud/plan.ts';
import { type QuotaLine, showQuota } from '../../cloud/quota.ts';
import { type Action, changes, kindTitles, type Step } from '../../cloud/step.ts';
import type { Colour } from '../paint.ts';
import type { Terminal } from '../terminal.ts';

const signs = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  replace: ['±', 'yellow'],
  delete: ['-', 'red'],
  keep: ['=', 'gray'],
  foreign: ['!', 'red'],
} as const satisfies Record<Action, readonly [string, Colour]>;

/** A line for each step, the commands that do the same below it where they are asked for. */
export function showPlan(plan: Plan, terminal: Terminal, explain?: ExplainContext): void {
  for (const one of plan.steps) {
    terminal.line(showStep(one, terminal));
    for (const command of explain === undefined ? [] : explainStep(one, plan, explain))
      terminal.line(terminal.paint('gray', `      $ ${command}`));
  }
  for (const note of plan.notes) terminal.line(`${terminal.paint('yellow', '!')} ${note}`);
  terminal.line();
  terminal.line(nothingToDo(plan) ? 'Nothing to do: everything is as wanted.' : summary(plan));
}

function showStep({ action, target, name, why }: Step, terminal: Terminal): string {
  const [sign, colour] = signs[action];
  return `${terminal.paint(colour, `${sign} ${action.padEnd(7)}`)} ${kindTitles[target.kind]} ${terminal.paint('bold', name)}: ${why}`;
}

function summary({ steps }: Plan): string {
  const words = {
    create: 'to create',
    change: 'to change',
    replace: 'to replace',
    delete: 'to delete',
    foreign: 'in the way',
  };
  const counts = Object.entries(words).flatMap(([action, word]) => {
    const count = steps.filter((one) => one.action === action).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return `${counts.join(', ')}; ${steps.filter(({ action }) => action === 'keep').length} as wanted.`;
}

export function showCostAndQuota(cost: Cost, quota: readonly QuotaLine[], terminal: Terminal): void {
  terminal.line();
  terminal.line('Cost:');
  for (const line of showCost(cost)) terminal.line(line);
  if (quota.length === 0) return;
  terminal.line();
  terminal.line('Quota:');
  for (const line of showQuota(quota)) terminal.line(line);
}

/** The plan for scripts. */
export function planAsJson(plan: Plan, explain?: ExplainContext): object {
  return {
    steps: plan.steps.map((one) => ({
      id: one.id,
      action: one.action,
      kind: one.target.kind,
      name: one.name,
      cloud: one.cloud,
      why: one.why,
      needs: one.needs,
      ...(explain !== undefined && { commands: explainStep(one, plan, explain) }),
    })),
    changes: plan.steps.filter(changes).length,
    notes: plan.notes,
  };
}

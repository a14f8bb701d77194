import { carryOut } from '../../cloud/applying/carryOut.ts';
import { knownFrom, type Prove, type Site } from '../../cloud/applying/site.ts';
import { applyPlan } from '../../cloud/apply.ts';
import { costOfObserved } from '../../cloud/bill.ts';
import { showCost } from '../../cloud/cost.ts';
import { observe } from '../../cloud/observe.ts';
import type { Plan } from '../../cloud/plan.ts';
import { cscPrices } from '../../cloud/prices.ts';
import { makeSetupScript } from '../../cloud/vm/setupScript.ts';
import { makeUserData } from '../../cloud/vm/userData.ts';
import { KuvaError } from '../../image/failure.ts';
import type { Terminal } from '../terminal.ts';
import { drainMachine } from './drain.ts';
import type { OpenCloud } from './open.ts';
import { CloudProgress } from './progress.ts';
import type { Survey } from './survey.ts';

export interface MakeOptions {
  readonly keepFailed: boolean;
  readonly prove: Prove;
}

/** Carries out a plan that makes things. When it fails, it says what is there by then, and what that costs. */
export async function makeAll(
  cloud: OpenCloud,
  { observed, plan, choices }: Survey,
  terminal: Terminal,
  options: MakeOptions,
): Promise<Site['known']> {
  const site: Site = {
    clouds: cloud.clouds,
    stack: cloud.stack,
    choices,
    userData: async () => {
      const { publicKey } = await cloud.secrets.sshKey();
      return makeUserData({ publicKey, setup: makeSetupScript() });
    },
    known: knownFrom(observed, cloud.stack),
    drain: drainMachine(cloud, observed),
    ...options,
  };
  try {
    await applySteps(site, plan, cloud, terminal);
  } catch (failure) {
    if (!terminal.json) await tellWhatIsThere(cloud, terminal);
    throw failure;
  }
  return site.known;
}

/** With live progress. Ctrl-C begins nothing new and waits no more; what was begun is found again by the next run. */
export async function applySteps(
  site: Site,
  plan: Plan,
  { stopping }: OpenCloud,
  terminal: Terminal,
): Promise<void> {
  const progress = new CloudProgress(terminal);
  stopping.explain(() => 'nothing new is begun; what was asked for is made all the same.');
  try {
    await applyPlan(plan, {
      carryOut: (step, context) => carryOut(site, step, context),
      tell: progress.tell,
      clock: () => performance.now(),
      signal: stopping.stop,
    });
  } finally {
    progress.end();
  }
}

async function tellWhatIsThere({ lastLook, stack }: OpenCloud, terminal: Terminal): Promise<void> {
  try {
    const cost = costOfObserved(await observe(lastLook, stack), cscPrices);
    if (cost.lines.length === 0) {
      terminal.errorLine('Nothing that costs anything is there.');
      return;
    }
    terminal.errorLine(
      'What is there by now, and billed (`kuva cloud up` goes on from it, `kuva cloud down` removes it):',
    );
    for (const line of showCost(cost)) terminal.errorLine(line);
  } catch (thrown) {
    // The first failure is what counts; that nobody could look afterwards is worth a line.
    const why = thrown instanceof KuvaError ? thrown.message : 'the cloud did not answer';
    terminal.errorLine(`What is there could not be listed: ${why}. \`kuva cloud status\` tries again.`);
  }
}

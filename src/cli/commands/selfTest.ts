import { showDuration } from '../../image/quantity.ts';
import { durationSchema } from '../../image/quantitySchema.ts';
import { selfTest } from '../../pipeline/selfTest.ts';
import type { Action } from '../action.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions, withSystem } from '../system.ts';

const optionsSchema = sharedOptions.extend({ limit: durationSchema });

/** `kuva self-test`: one image of our own through the running workers, removed again. */
export const selfTestCommand: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withSystem(options, terminal, async (system) => {
    const { stopping } = system;
    const report = await selfTest(system, { limit: options.limit, signal: stopping.stop });
    if (terminal.json) terminal.line(jsonText(report));
    else {
      terminal.line(
        `A test image went through in ${showDuration(report.took)}: ${report.outputs} ${report.outputs === 1 ? 'output' : 'outputs'}, made by ${report.worker}, as the recipe says and as the ledger has it. It was removed again.`,
      );
    }
    return exitCodes.ok;
  });
};

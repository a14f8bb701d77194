import { z } from 'zod';
import { configSchema, reportConfig } from '../config.ts';
import { exitCodes, reportFailure } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { loadOptions, sharedOptions } from '../system.ts';

const optionsSchema = sharedOptions.extend({ schema: z.boolean().optional() });

/** `kuva config`: what is in force, and where each value came from. */
export const config: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  if (options.schema === true) {
    terminal.line(configSchema().trimEnd());
    return Promise.resolve(exitCodes.ok);
  }
  const report = reportConfig(loadOptions(options));
  if (terminal.json) terminal.line(jsonText(report.json, 2));
  else {
    for (const line of report.lines) terminal.line(line);
    for (const note of report.notes) terminal.errorLine(`${terminal.paint('yellow', '!')} ${note}`);
  }
  const [problem] = report.problems;
  return Promise.resolve(problem === undefined ? exitCodes.ok : reportFailure(problem, terminal));
};

import { hostname } from 'node:os';
import { toKuvaError } from '../../image/failure.ts';
import { loadConfig } from '../../config/load.ts';
import { hooksOf } from '../alerts.ts';
import type { Action } from '../action.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { hideSecretsOf } from '../narrate/hide.ts';
import { loadOptions, sharedOptions } from '../system.ts';

/** `kuva alerts test`: sends a message by every hook, and says what came of it. */
export const alerts: Action = async (given, terminal) => {
  const { value: config } = loadConfig(loadOptions(sharedOptions.parse(given)));
  const hooks = hooksOf(config.alerts, hideSecretsOf(config));
  const now = new Date().toISOString();
  const tried = await Promise.all(
    hooks.map(async (hook) => {
      try {
        await hook.send({
          alert: 'test',
          status: 'test',
          text: `This is a test of kuva's alerts, from ${hostname()}. Nothing is wrong.`,
          pipeline: config.pipeline,
          worker: hostname(),
          since: now,
          at: now,
          details: {},
        });
        return { hook: hook.name, ok: true };
      } catch (thrown) {
        return { hook: hook.name, ok: false, what: toKuvaError(thrown).message };
      }
    }),
  );
  if (terminal.json) terminal.line(jsonText({ ok: tried.every(({ ok }) => ok), hooks: tried }));
  else if (tried.length === 0)
    terminal.line('No hook is set: `alerts: command:` or `alerts: web_hook:` in kuva.yaml.');
  else
    for (const { hook, ok, what } of tried)
      terminal.line(
        ok
          ? `${terminal.paint('green', '✓')} ${hook} took it`
          : `${terminal.paint('red', '✗')} ${what ?? hook}`,
      );
  return tried.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failure;
};

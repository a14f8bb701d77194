import type { AlertsChoice } from '../config/config.ts';
import { commandHook } from '../alerts/command.ts';
import type { Hook } from '../alerts/message.ts';
import { AlertWatch } from '../alerts/watch.ts';
import { webHook } from '../alerts/webHook.ts';
import { pause } from '../pipeline/pause.ts';
import { ToldRarely } from '../web/toldRarely.ts';
import { type Hide, hideSecretsOf } from './narrate/hide.ts';
import type { Narrator } from './narrate/narrator.ts';
import type { System } from './system.ts';

/** Milliseconds between two looks. */
const interval = 10_000;

/** The hooks that the configuration names; mostly none. */
export function hooksOf({ command, webHook: hook }: AlertsChoice, hide: Hide): Hook[] {
  return [
    ...(command === undefined ? [] : [commandHook(command, { hide })]),
    ...(hook === undefined ? [] : [webHook({ ...hook, hide })]),
  ];
}

/**
 * Looks after alerts while `work` lasts, beside it: nothing that happens here stops an image.
 * @param leads this command looks for new images when no other does. Without it (`kuva run`) there is a last look
 *   at the end: what this run set aside is told although nothing keeps going.
 */
export async function alertWhile<T>(
  system: System,
  { worker, narrator, leads }: { worker: string; narrator: Narrator; leads: boolean },
  work: () => Promise<T>,
): Promise<T> {
  const { config, ledger, monitor } = system;
  const hooks = hooksOf(config.alerts, hideSecretsOf(config));
  if (hooks.length === 0) return work();
  const trouble = new ToldRarely((text) => {
    narrator.note('warn', text);
  });
  const watch = new AlertWatch({
    ledger,
    monitor,
    hooks,
    pipeline: config.pipeline,
    worker,
    leads,
    thresholds: config.alerts,
    onTrouble: (failure) => {
      trouble.happened(failure.code, `An alert could not be sent: ${failure.message}.`);
    },
  });
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      await watch.look();
      await pause(interval, over.signal);
    }
  })();
  try {
    return await work();
  } finally {
    over.abort();
    await watching;
    if (!leads && !system.stopping.stopNow.aborted) await watch.look();
    await watch.leave();
  }
}

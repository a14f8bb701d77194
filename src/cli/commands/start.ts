import { alertWhile } from '../alerts.ts';
import { exitCodes } from '../exit.ts';
import { narratorFor } from '../narrate/choose.ts';
import type { Action } from '../action.ts';
import { dashboardPlugs } from '../dashboard.ts';
import { serveWhile } from '../serve.ts';
import { type System, sharedOptions, withSystem } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import { prepareWork } from '../work.ts';
import { makeWorkerName } from '../workerName.ts';

/** `kuva start`: keeps going until it is stopped. */
export const start: Action = (given, terminal) => keepGoing(given, terminal, 'shows', announce);

/** `kuva worker`: the same on one more machine. */
export const worker: Action = (given, terminal) =>
  keepGoing(given, terminal, true, ({ config }) => [
    `One more worker for "${config.pipeline}": ${config.input.url} → ${config.output.url}`,
    'Stop it with Ctrl-C; the others go on.',
  ]);

function keepGoing(
  given: Readonly<Record<string, unknown>>,
  terminal: Terminal,
  keepsGoing: true | 'shows',
  greeting: (system: System, terminal: Terminal) => string[],
): Promise<number> {
  const options = sharedOptions.parse(given);
  return withSystem(options, terminal, async (system) => {
    const worker = makeWorkerName();
    const narrator = narratorFor(system.config, terminal, worker);
    const work = await prepareWork(system, { worker, narrator });
    for (const notice of system.notices) narrator.note('warn', notice);
    if (!terminal.json) for (const line of greeting(system, terminal)) terminal.line(line);
    const plugs = dashboardPlugs(system, work.plugs, narrator);
    await serveWhile(system.config, plugs, narrator, keepsGoing, () =>
      alertWhile(system, { worker, narrator, leads: true }, () => work.run(true)),
    );
    if (system.stopping.stopNow.aborted) return exitCodes.incomplete;
    if (!terminal.json) terminal.errorLine('Stopped. Everything that was under way is finished.');
    return exitCodes.ok;
  });
}

/** Where to drop an image, where the result appears, where the log is. */
function announce({ config, where }: System, terminal: Terminal): string[] {
  const show = (label: string, text: string): string => `${label}  ${terminal.paint('bold', text)}`;
  return [
    show('Drop an image into     ', config.input.kind === 'folder' ? config.input.path : config.input.url),
    show('The result appears in  ', config.output.kind === 'folder' ? config.output.path : config.output.url),
    show('What was done          ', `npx kuva log${where}`),
  ];
}

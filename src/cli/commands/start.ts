import { alertWhile } from '../alerts.ts';
import { exitCodes } from '../exit.ts';
import { narratorFor } from '../narrate/choose.ts';
import type { Action } from '../action.ts';
import { dashboardPlugs } from '../dashboard.ts';
import { openSeeing } from '../previews.ts';
import { serveWhile } from '../serve.ts';
import { type System, sharedOptions, withSystems } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import { prepareWork, shareWork } from '../work.ts';
import { makeWorkerName } from '../workerName.ts';

/** `kuva start`: keeps going until it is stopped. */
export const start: Action = (given, terminal) => keepGoing(given, terminal, 'shows', announce);

/** `kuva worker`: the same on one more machine. */
export const worker: Action = (given, terminal) =>
  keepGoing(given, terminal, true, ({ config }) => [
    `One more worker for "${config.pipeline}": ${config.input.url} → ${config.output.url}`,
    'When it is stopped, the others go on.',
  ]);

function keepGoing(
  given: Readonly<Record<string, unknown>>,
  terminal: Terminal,
  keepsGoing: true | 'shows',
  greeting: (system: System, terminal: Terminal) => string[],
): Promise<number> {
  const options = sharedOptions.parse(given);
  return withSystems(options, terminal, async (systems) => {
    const [system] = systems;
    const shared = shareWork(system.config);
    const begin = async (one: System) => {
      // In the ledger a worker belongs to one pipeline.
      const worker = makeWorkerName();
      const narrator = narratorFor(one.config, terminal, worker);
      const seeing = openSeeing(one, worker, true);
      const { pictures } = seeing ?? {};
      const { plugs, run } = await prepareWork(one, { worker, narrator, shared, pictures });
      for (const notice of one.notices) narrator.note('warn', notice);
      if (!terminal.json) for (const line of greeting(one, terminal)) terminal.line(line);
      const work = (): Promise<void> =>
        alertWhile(one, { worker, narrator, leads: true }, () => run(true)).catch((thrown: unknown) => {
          // The others finish what they have in hand, and the command fails.
          one.stopping.end();
          throw thrown;
        });
      return { system: one, plugs, narrator, seeing, work };
    };
    const first = await begin(system);
    const all = [first];
    for (const one of systems.slice(1)) all.push(await begin(one));
    const workAll = async (): Promise<void> => {
      const ends = await Promise.allSettled(all.map(({ work }) => work()));
      const bad = ends.find((end) => end.status === 'rejected');
      if (bad !== undefined) throw bad.reason;
    };
    // Metrics and health are the first one's; the page shows all of them.
    const plugs = dashboardPlugs(all, first.plugs, first.narrator);
    await serveWhile(system.config, plugs, first.narrator, keepsGoing, workAll);
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

import { loadConfig } from '../../config/load.ts';
import { KuvaError } from '../../image/failure.ts';
import { pause } from '../../pipeline/pause.ts';
import type { Action } from '../action.ts';
import { dashboardPlugs } from '../dashboard.ts';
import { exitCodes } from '../exit.ts';
import { narratorFor } from '../narrate/choose.ts';
import { openSeeing } from '../previews.ts';
import { serveWhile } from '../serve.ts';
import { loadOptions, sharedOptions, type System, withSystems } from '../system.ts';
import { makeWorkerName } from '../workerName.ts';

/** `kuva dashboard`: the page and its API alone, for workers that run elsewhere. */
export const dashboard: Action = (given, terminal) => {
  const options = sharedOptions.parse(given);
  return withSystems(options, terminal, async (systems) => {
    const [system] = systems;
    const { http } = system.config;
    if (http.listen === 'off') {
      throw new KuvaError('config-invalid', {
        what: 'The dashboard cannot be served: `http: listen:` is `off`',
        remedy: 'Take that line out of kuva.yaml, or name an address.',
      });
    }
    const name = makeWorkerName();
    const narrator = narratorFor(system.config, terminal, name);
    for (const notice of system.notices) narrator.note('warn', notice);
    const shown = systems.map((one) => {
      // Whoever calls this command wants it, whatever the configuration says of workers.
      const asked: System = { ...one, config: { ...one.config, http: { ...http, dashboard: true } } };
      return { system: asked, seeing: openSeeing(asked, name, false) };
    });
    const there = loadConfig(loadOptions(options)).values.map(({ pipeline }) => pipeline);
    const plugs = dashboardPlugs(shown, { open: [], guarded: [] }, narrator, there);
    const { stop } = system.stopping;
    await serveWhile(system.config, plugs, narrator, 'shows', async () => {
      while (!stop.aborted) await pause(60_000, stop);
    });
    if (!terminal.json) terminal.errorLine('Stopped.');
    return exitCodes.ok;
  });
};

import type { KuvaConfig } from '../../config/config.ts';
import type { Terminal } from '../terminal.ts';
import { hideSecretsOf } from './hide.ts';
import { jsonNarrator } from './json.ts';
import type { Narrator } from './narrator.ts';
import { plainNarrator } from './plain.ts';

/** For a command that keeps going: lines for people or for machines, as options and configuration say. */
export function narratorFor(config: KuvaConfig, terminal: Terminal, worker: string): Narrator {
  const hide = hideSecretsOf(config);
  const json = terminal.json || config.log.format === 'json';
  return json
    ? jsonNarrator({ pipeline: config.pipeline, worker, level: config.log.level, hide })
    : plainNarrator(terminal, {
        every: config.log.level !== 'warn' && config.log.level !== 'error',
        debug: config.log.level === 'debug',
        hide,
      });
}

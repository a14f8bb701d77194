import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { observe } from '../../cloud/observe.ts';
import { layout } from '../../cloud/vm/layout.ts';
import { openSsh } from '../../cloud/vm/ssh/ssh.ts';
import { KuvaError } from '../../image/failure.ts';
import type { Action } from '../action.ts';
import { withCloud } from '../cloud/open.ts';
import { exitCodes } from '../exit.ts';
import { type SharedOptions, sharedOptions } from '../system.ts';
import type { Terminal } from '../terminal.ts';

const optionsSchema = sharedOptions.extend({ worker: z.number().default(1) });
const logsSchema = optionsSchema.extend({ follow: z.boolean().optional(), lines: z.number() });

/** `kuva cloud ssh`: a shell on a machine, whose host key was proved by its console. */
export const cloudSsh: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return connect(options, terminal, []);
};

/** `kuva cloud logs`: what the worker on a machine has told its journal. */
export const cloudLogs: Action = (given, terminal) => {
  const { follow, lines, ...options } = logsSchema.parse(given);
  const words = [
    'sudo',
    '-n',
    'journalctl',
    '--unit',
    layout.service,
    '--lines',
    String(lines),
    '--no-pager',
  ];
  return connect(options, terminal, follow === true ? [...words, '--follow'] : words);
};

/** Gives the terminal to the system's ssh, and ends as it ends. */
function connect(
  options: SharedOptions & { readonly worker: number },
  terminal: Terminal,
  words: readonly string[],
): Promise<number> {
  return withCloud(options, terminal, async ({ clouds, stack, secrets }) => {
    const { compute } = await observe(clouds, stack);
    const machine = compute.machines.find(({ owned, worker }) => owned && worker === options.worker);
    if (machine === undefined)
      throw new KuvaError('cloud-missing', {
        what: `There is no machine of worker ${options.worker}`,
        remedy: '`kuva cloud status` lists the machines, `kuva cloud up` makes them.',
      });
    const { id, name, addresses } = machine;
    const address = compute.floatingIps.find((one) => one.machine === id)?.address ?? addresses[0] ?? '';
    const ssh = await openSsh(secrets, { id, name, address, user: layout.adminUser });
    const [program, ...args] = ssh.commandLine(words, { terminal: words.length === 0 });
    const child = spawn(program, args, { stdio: 'inherit' });
    const [code] = z.tuple([z.number().nullable(), z.unknown()]).parse(await once(child, 'exit'));
    return code ?? exitCodes.failure;
  });
}

/** The worker's service on a machine: is it ready, how is it, and let it finish. */
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { layout } from './layout.ts';
import type { Ssh } from './ssh/ssh.ts';
import { waitUntil } from './waitUntil.ts';

const readyLimit = 3 * 60_000;
/** A worker that ends by itself so often will not get ready, */
const hopelessRestarts = 4;
/** unless it says that something is not there yet (sysexits.h): a database may take a while to let a new address in. */
const tryAgain = 75;

const checkSchema = z.object({ name: z.string(), ok: z.boolean(), what: z.string().optional() });
const healthSchema = z.object({
  state: z.string(),
  restarts: z.number(),
  /** What it ended with, if it has ended before. */
  exit: z.number(),
  since: z.string(),
  memory: z.number().nullable(),
  ready: z.boolean(),
  checks: z.array(checkSchema),
});

/** What a machine says of its worker. */
export type WorkerHealth = z.infer<typeof healthSchema>;

/** Asks systemd, and the worker itself at its own address, which no other machine reaches. */
const question = `
const { execFileSync } = require('node:child_process');
const names = 'ActiveState,SubState,NRestarts,ExecMainStatus,ActiveEnterTimestamp,MemoryCurrent';
const text = execFileSync('systemctl', ['show', '${layout.service}', '--property=' + names], { encoding: 'utf8' });
const unit = Object.fromEntries(text.trim().split('\\n').map((line) => line.split(/=(.*)/s)));
const state = unit.ActiveState === 'activating' ? unit.SubState : unit.ActiveState;
const answer = { state, restarts: Number(unit.NRestarts), exit: Number(unit.ExecMainStatus), since: unit.ActiveEnterTimestamp ?? '',
  memory: /^\\d{1,15}$/.test(unit.MemoryCurrent ?? '') ? Number(unit.MemoryCurrent) : null, ready: false, checks: [] };
const settings = require('node:fs').readFileSync('${layout.configFile}', 'utf8').replace(/^#.*/, '');
fetch('http://' + JSON.parse(settings).http.listen + '/readyz', { signal: AbortSignal.timeout(8000) })
  .then((response) => response.json())
  .then(({ ready, checks = [] }) => Object.assign(answer, { ready, checks }), () => {})
  .then(() => console.log(JSON.stringify(answer)));
`;

/** @throws KuvaError `vm-unreachable`, `vm-not-proven`, `vm-failed` */
export async function workerHealth(ssh: Ssh, signal?: AbortSignal): Promise<WorkerHealth> {
  const text = await ssh.run(['sudo', '-n', `${layout.node}/bin/node`, '-e', question], {
    doing: 'tell how its worker is',
    signal,
  });
  return healthSchema.parse(JSON.parse(text));
}

/** The pipeline's `kuva status --json`, asked on a machine: the database lets only the machines in. */
export async function pipelineStatus(ssh: Ssh, signal?: AbortSignal): Promise<unknown> {
  const text = await ssh.run(['sudo', '-n', '/usr/local/bin/kuva', 'status', '--json'], {
    doing: 'tell what waits',
    signal,
  });
  return JSON.parse(text);
}

/** Waits until the worker reaches its buckets and its database. */
export async function waitForWorker(ssh: Ssh, signal?: AbortSignal, limit = readyLimit): Promise<void> {
  const { name } = ssh.host;
  await waitUntil(
    {
      what: `the worker on ${name} to be ready`,
      limit,
      interval: 1_000,
      remedy: `\`kuva cloud logs\` shows what it says. What is not reached is waited for: it goes on by itself.`,
      signal,
    },
    async () => {
      const { ready, state, restarts, exit, checks } = await workerHealth(ssh, signal);
      if (ready) return { found: true };
      if ((restarts >= hopelessRestarts && exit !== tryAgain) || state === 'failed') {
        throw new KuvaError('vm-failed', {
          what: `The worker on ${name} does not stay up: ${await lastWords(ssh, signal)}`,
          data: 'Images are safe: they wait.',
          remedy: '`kuva cloud logs` shows more.',
        });
      }
      const missing = checks
        .filter(({ ok }) => !ok)
        .map((check) => `${check.name}: ${check.what ?? 'not ready'}`);
      if (missing.length > 0) return { notYet: missing.join('; ') };
      return { notYet: `it is ${state}${restarts > 0 ? `: ${await lastWords(ssh, signal)}` : ''}` };
    },
  );
}

/** Tells the worker to take no more images, and waits until it has finished what it has in work (15 minutes at most). */
export async function drainWorker(ssh: Ssh, signal?: AbortSignal): Promise<void> {
  await ssh.script(
    `systemctl disable ${layout.service} 2>/dev/null; exec systemctl stop ${layout.service}`,
    [],
    {
      doing: 'let its worker finish',
      signal,
    },
  );
}

async function lastWords(ssh: Ssh, signal?: AbortSignal): Promise<string> {
  const text = await ssh.script(
    `journalctl --unit ${layout.service} --identifier ${layout.serviceUser} --lines 4 --output cat --no-pager`,
    [],
    {
      doing: "read its worker's log",
      signal,
    },
  );
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
}

import type { Observed } from '../../cloud/observed.ts';
import { layout } from '../../cloud/vm/layout.ts';
import { pipelineStatus, type WorkerHealth, workerHealth } from '../../cloud/vm/service.ts';
import { openSsh, type Ssh } from '../../cloud/vm/ssh/ssh.ts';
import { z } from 'zod';
import { toKuvaError } from '../../image/failure.ts';
import type { OpenCloud } from './open.ts';

export interface WorkersAnswer {
  readonly workers: readonly {
    readonly name: string;
    readonly health?: WorkerHealth;
    readonly trouble?: string;
  }[];
  /** `kuva status --json` of the first machine that answers: the database lets only the machines in. */
  readonly pipeline?: unknown;
}

/** Asks each machine that runs how its worker is, by SSH; one that does not answer is told, and is no error. */
export async function askWorkers(
  { secrets, stopping }: OpenCloud,
  { compute }: Observed,
): Promise<WorkersAnswer> {
  const signal = stopping.stop;
  const open: Ssh[] = [];
  const workers = await Promise.all(
    compute.machines
      .filter(({ owned, status, ready }) => owned && status === 'ACTIVE' && ready !== undefined)
      .map(async ({ id, name, addresses }) => {
        const ip = compute.floatingIps.find(({ machine }) => machine === id)?.address;
        try {
          const ssh = await openSsh(secrets, {
            id,
            name,
            address: ip ?? addresses[0] ?? '',
            user: layout.adminUser,
          });
          const health = await workerHealth(ssh, signal);
          open.push(ssh);
          return { name, health };
        } catch (thrown) {
          return { name, trouble: toKuvaError(thrown).message };
        }
      }),
  );
  const [ssh] = open;
  const pipeline = ssh === undefined ? undefined : await pipelineStatus(ssh, signal).catch(() => undefined);
  return { workers, ...(pipeline !== undefined && { pipeline }) };
}

const statusSchema = z.object({
  counts: z.object({
    queued: z.number(),
    processing: z.number(),
    done: z.number(),
    rejected: z.number(),
    failed: z.number(),
  }),
  lastDoneAt: z.string().nullish(),
});

/** For people. */
export function showWorkers({ workers, pipeline }: WorkersAnswer): string[] {
  const { data } = statusSchema.safeParse(pipeline);
  return [
    ...workers.map(({ name, health, trouble }) =>
      health === undefined
        ? `worker on ${name}: does not answer: ${trouble ?? ''}`
        : `worker on ${name}: ${health.state}, ${health.ready ? 'ready' : 'not ready'}${health.restarts > 0 ? `, ${health.restarts} restarts` : ''}`,
    ),
    ...(data === undefined
      ? []
      : [
          `queue: ${data.counts.queued} wait, ${data.counts.processing} in work, ${data.counts.done} done, ${data.counts.rejected + data.counts.failed} set aside; last image ${data.lastDoneAt ?? 'none yet'}`,
        ]),
  ];
}

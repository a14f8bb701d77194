import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import type { Ssh } from './ssh/ssh.ts';

const reportSchema = z.object({
  ok: z.literal(true),
  /** Milliseconds from the upload to the row in the ledger. */
  took: z.number(),
  outputs: z.number(),
  worker: z.string(),
});

/** What became of the test image. */
export type SelfTestResult = z.infer<typeof reportSchema>;

const errorSchema = z.object({ error: z.object({ what: z.string(), remedy: z.string().optional() }) });

/**
 * Has a machine send a test image through the pipeline: `kuva self-test` there, which has the buckets' keys and is let
 * into the database, as this machine may not be.
 * @throws KuvaError `self-test-failed` with what the machine found
 */
export async function runSelfTest(ssh: Ssh, signal?: AbortSignal): Promise<SelfTestResult> {
  // Its exit code says no more than what it prints.
  const text = await ssh.run(['sh', '-c', 'sudo -n /usr/local/bin/kuva self-test --json 2>&1 || true'], {
    doing: 'send a test image through',
    signal,
  });
  for (const line of text.split('\n').toReversed()) {
    const answer = parseLine(line);
    const report = reportSchema.safeParse(answer);
    if (report.success) return report.data;
    const refused = errorSchema.safeParse(answer);
    if (refused.success) {
      const { what, remedy } = refused.data.error;
      throw new KuvaError('self-test-failed', {
        what: `${ssh.host.name}: ${what}`,
        ...(remedy !== undefined && { remedy }),
      });
    }
  }
  throw new KuvaError('self-test-failed', {
    what: `${ssh.host.name} said nothing about the test image: ${text.trim()}`,
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

import { toKuvaError } from '../image/failure.ts';
import { remembered } from './remembered.ts';
import type { WebPlug } from './server.ts';

/** One thing that a worker needs, and whether it works. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** When it was found to fail. */
  readonly since?: Date;
  readonly code?: string;
  readonly what?: string;
  readonly remedy?: string;
}

export interface HealthOptions {
  readonly worker: string;
  readonly version: string;
  /** Why this process is of no use any more, if so: to be ended and started again. */
  readonly dead: () => string | undefined;
  /** It was told to stop, and finishes what is under way. */
  readonly stopping: () => boolean;
  /** What it needs, by name: each throws when it does not work. */
  readonly needs: Readonly<Record<string, () => Promise<void>>>;
}

/** Milliseconds: load balancers ask often, and servers that do not answer take their time to do so. */
const good = 2_000;
const patience = 5_000;

/**
 * `/healthz`: is this process alive? 503 means: end it and start it again (nothing is lost by that).
 * `/readyz`: does everything work that it needs? 503 means: it waits; starting it again would not help.
 * Both answer anyone with a status; the reasons are for those who have the token.
 */
export function healthPlug({ worker, version, dead, stopping, needs }: HealthOptions): WebPlug {
  const checks = Object.entries(needs).map(([name, works]) => watchedCheck(name, works));
  return (app) => {
    app.get('/healthz', (context) => {
      const why = dead();
      const reasons = context.get('trusted') ? { worker, version, ...(why !== undefined && { why }) } : {};
      return context.json({ alive: why === undefined, ...reasons }, why === undefined ? 200 : 503);
    });
    app.get('/readyz', async (context) => {
      const found = await Promise.all(checks.map((check) => check()));
      if (stopping())
        found.push({
          name: 'worker',
          ok: false,
          what: 'It was told to stop, and finishes what is under way',
        });
      const ready = found.every(({ ok }) => ok);
      const reasons = context.get('trusted') ? { worker, version, checks: found } : {};
      return context.json({ ready, ...reasons }, ready ? 200 : 503);
    });
  };
}

/** Remembers since when it fails. */
function watchedCheck(name: string, works: () => Promise<void>): () => Promise<Check> {
  let since: Date | undefined;
  const answer = remembered(
    async (): Promise<Omit<Check, 'since'>> => {
      try {
        await works();
        return { name, ok: true };
      } catch (thrown) {
        const { code, message, remedy } = toKuvaError(thrown);
        return { name, ok: false, code, what: message, ...(remedy !== undefined && { remedy }) };
      }
    },
    { good, patience },
  );
  return async () => {
    const asked = new Date();
    const found = (await answer()) ?? {
      name,
      ok: false,
      what: `No answer within ${patience / 1000} s`,
    };
    since = found.ok ? undefined : (since ?? asked);
    return { ...found, ...(since !== undefined && { since }) };
  };
}

import { type KuvaError, toKuvaError } from '../image/failure.ts';
import { showDuration } from '../image/quantity.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { Monitor } from '../ledger/contract/monitor.ts';
import type { LedgerStatus } from '../ledger/contract/status.ts';
import { type Condition, conditionsOf, type Thresholds } from './conditions.ts';
import type { AlertKind, AlertMessage, Hook } from './message.ts';
import { newlySetAside } from './setAside.ts';

export interface AlertOptions {
  readonly ledger: Ledger;
  readonly monitor: Monitor;
  readonly hooks: readonly Hook[];
  readonly pipeline: string;
  readonly worker: string;
  /** This process looks for new images when nobody else does: then somebody must. */
  readonly leads: boolean;
  readonly thresholds: Thresholds & {
    /** Milliseconds between two messages about images that were set aside. */
    readonly interval: number;
  };
  /** Told when a message could not be sent. */
  readonly onTrouble: (failure: KuvaError) => void;
}

/** Milliseconds. Longer than any one delivery can take, so that the turn does not pass on in the middle of it. */
const lease = 120_000;

/** Milliseconds without a leader that are no trouble: another takes over within seconds. */
const leaderless = 120_000;

type About = Pick<AlertMessage, 'text' | 'details'> & { readonly since: Date };

/**
 * Looks whether something needs a person, and says so; and again when it is over. Of many workers one has the turn,
 * and what was said is kept in the ledger: whoever has the turn next neither repeats nor forgets it. A message is
 * noted after it was sent, so that it may come twice, but not never.
 */
export class AlertWatch {
  readonly #options: AlertOptions;
  #mine = false;
  /** Since when there is no leader, or no database, as far as this process saw. */
  #leaderlessSince: Date | undefined;
  #databaseSince: Date | undefined;
  #databaseTold = false;

  constructor(options: AlertOptions) {
    this.#options = options;
  }

  /** Looks once. Never throws. */
  async look(): Promise<void> {
    const { ledger, monitor, worker } = this.#options;
    try {
      this.#mine = await monitor.takeTurn(worker, lease);
      if (!this.#mine) return;
      const status = await ledger.status();
      await this.#databaseIsBack();
      await this.#tellConditions(status);
      await this.#tellSetAside(status);
    } catch (thrown) {
      const failure = toKuvaError(thrown);
      if (failure.retry === 'patient') await this.#databaseIsAway(failure);
      else this.#options.onTrouble(failure);
    }
  }

  /** Lets another worker have the turn. */
  async leave(): Promise<void> {
    if (this.#mine) await this.#options.monitor.leaveTurn(this.#options.worker).catch(() => undefined);
  }

  async #tellConditions(status: LedgerStatus): Promise<void> {
    const { monitor, thresholds } = this.#options;
    const conditions = [...conditionsOf(status, thresholds), ...this.#noLeader(status)];
    const open = (await monitor.openAlerts()).filter(({ name }) => name !== setAside);
    for (const condition of conditions) {
      if (open.some(({ name }) => name === condition.name)) continue;
      if (await this.#send(condition.kind, 'raised', condition))
        await monitor.keepAlert({ name: condition.name, since: condition.since, mark: {} });
    }
    for (const { name, since } of open) {
      if (conditions.some((condition) => condition.name === name)) continue;
      const kind = kindOf(name);
      const lasted = showDuration(Math.max(0, status.now.getTime() - since.getTime()));
      const text = `Over after ${lasted}: ${name}.`;
      if (await this.#send(kind, 'resolved', { text, details: { name }, since }))
        await monitor.dropAlert(name);
    }
  }

  async #tellSetAside({ counts, now }: LedgerStatus): Promise<void> {
    const { monitor, thresholds } = this.#options;
    const told = (await monitor.openAlerts()).find(({ name }) => name === setAside);
    const total = counts.rejected + counts.failed;
    if (total === 0) {
      if (told === undefined) return;
      const text = 'No image is set aside any more.';
      if (await this.#send(setAside, 'resolved', { text, details: {}, since: told.since }))
        await monitor.dropAlert(setAside);
      return;
    }
    if (told !== undefined && now.getTime() - told.toldAt.getTime() < thresholds.interval) return;
    const news = newlySetAside(await monitor.setAsideSince(told?.mark.upTo), told?.mark);
    if (news === undefined) {
      // Fewer than were told: the next one more is news again.
      if (told !== undefined && total < (told.mark.total ?? 0))
        await monitor.keepAlert({ ...told, mark: { ...told.mark, total } });
      return;
    }
    const since = told?.since ?? now;
    if (await this.#send(setAside, told === undefined ? 'raised' : 'again', { ...news, since }))
      await monitor.keepAlert({ name: setAside, since, mark: news.mark });
  }

  #noLeader({ workers, now }: LedgerStatus): Condition[] {
    if (!this.#options.leads || workers.some(({ discovering }) => discovering)) {
      this.#leaderlessSince = undefined;
      return [];
    }
    const since = (this.#leaderlessSince ??= now);
    if (now.getTime() - since.getTime() < leaderless) return [];
    const text = 'No worker looks for new images, although some are alive.';
    return [
      { name: 'leader-missing', kind: 'leader-missing', since, text, details: { workers: workers.length } },
    ];
  }

  /** Without the database nobody can have the turn: whoever had it last tells. */
  async #databaseIsAway(failure: KuvaError): Promise<void> {
    const since = (this.#databaseSince ??= new Date());
    const lasted = Date.now() - since.getTime();
    if (!this.#mine || this.#databaseTold || lasted < this.#options.thresholds.outage) return;
    const { code, message } = failure;
    const text = `${message}, for ${showDuration(lasted)} now, says ${this.#options.worker}. Nothing is lost.`;
    const details = { code, what: message };
    this.#databaseTold = await this.#deliver('outage', 'raised', { text, details, since });
  }

  async #databaseIsBack(): Promise<void> {
    const since = this.#databaseSince;
    if (since !== undefined && this.#databaseTold) {
      const text = `The database answers again, after ${showDuration(Date.now() - since.getTime())}.`;
      await this.#deliver('outage', 'resolved', { text, details: {}, since });
    }
    this.#databaseTold = false;
    this.#databaseSince = undefined;
  }

  /** @returns whether it was sent: not, when the turn has passed on meanwhile */
  async #send(kind: AlertKind, status: AlertMessage['status'], about: About): Promise<boolean> {
    this.#mine = await this.#options.monitor.takeTurn(this.#options.worker, lease);
    return this.#mine && this.#deliver(kind, status, about);
  }

  /** By every hook; it counts as sent when one of them took it. */
  async #deliver(kind: AlertKind, status: AlertMessage['status'], about: About): Promise<boolean> {
    const { hooks, pipeline, worker, onTrouble } = this.#options;
    const message: AlertMessage = {
      alert: kind,
      status,
      text: about.text,
      pipeline,
      worker,
      since: about.since.toISOString(),
      at: new Date().toISOString(),
      details: about.details,
    };
    const sent = await Promise.allSettled(hooks.map((hook) => hook.send(message)));
    for (const one of sent) if (one.status === 'rejected') onTrouble(toKuvaError(one.reason));
    return sent.some((one) => one.status === 'fulfilled');
  }
}

const setAside = 'images-set-aside';

function kindOf(name: string): AlertKind {
  if (name === 'nothing-moving' || name === 'leader-missing') return name;
  return 'outage';
}

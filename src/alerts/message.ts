/** What is sent: as JSON, field by field as here. `docs/monitoring.md` explains it. */
export interface AlertMessage {
  readonly alert: AlertKind;
  /** `again`: more of what was told before. */
  readonly status: 'raised' | 'again' | 'resolved' | 'test';
  /** One sentence or two, for people; chat programs show a field of this name. */
  readonly text: string;
  readonly pipeline: string;
  /** The worker that sends it, not necessarily one that has the trouble. */
  readonly worker: string;
  /** ISO 8601. */
  readonly since: string;
  readonly at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type AlertKind = 'images-set-aside' | 'nothing-moving' | 'outage' | 'leader-missing' | 'test';

/** Sends a message somewhere. @throws KuvaError `alert-failed` */
export interface Hook {
  /** For people, without secrets: the program, or the server. */
  readonly name: string;
  send(message: AlertMessage): Promise<void>;
}

/** A machine of ours, as SSH sees it. */
export interface SshHost {
  /** Its id in the cloud: the host keys are kept under it, so that an address may be given to another machine. */
  readonly id: string;
  /** What people call it, e.g. `kuva-worker-1`. */
  readonly name: string;
  readonly address: string;
  /** Left out: 22. */
  readonly port?: number;
  readonly user: string;
  /** One that it is reached through, where it has no address for the outside itself. */
  readonly via?: SshHost;
}

export function aliasOf({ id }: Pick<SshHost, 'id'>): string {
  return `kuva-${id}`;
}

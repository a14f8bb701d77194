/**
 * How kuva knows again what it made: machines by their metadata, security groups and floating IPs by their description.
 * Both are part of the request that creates them, so that nothing of ours is ever without its mark, whenever we die.
 */

export interface Mark {
  readonly pipeline: string;
  /** Of things that each worker has one of. */
  readonly worker?: number;
}

const pattern = /^kuva:([A-Za-z0-9][A-Za-z0-9_-]{0,62})(?: worker (\d{1,4}))?$/;

export function markText({ pipeline, worker }: Mark): string {
  return `kuva:${pipeline}${worker === undefined ? '' : ` worker ${worker}`}`;
}

export function readMark(description: string): Mark | undefined {
  const [, pipeline, worker] = pattern.exec(description) ?? [];
  if (pipeline === undefined) return undefined;
  return { pipeline, ...(worker !== undefined && { worker: Number(worker) }) };
}

/** The keys of a machine's metadata. What it was made from is there too: the cloud forgets an image's name. */
export const metadataKeys = {
  pipeline: 'kuva',
  worker: 'kuva_worker',
  image: 'kuva_image',
  flavor: 'kuva_flavor',
  volume: 'kuva_volume',
  /** The revision of the worker that proved itself there. */
  ready: 'kuva_ready',
  /** What stands for the secrets that it was given: see `markOfSecrets`. */
  secrets: 'kuva_secrets',
} as const;

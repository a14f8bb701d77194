/** What workers depend on, and wait for while it is away. */
import type { FailureNote } from './attempt.ts';

/** What a worker can wait for; `unknown`: said by a worker of an earlier version. */
export type OutageResource = Resource | 'unknown';

/** What the workers of a pipeline depend on. `reading`, `removal`: of inputs, where `input` is their listing. */
export const resources = [
  'input',
  'reading',
  'removal',
  'output',
  'rejected',
  'archive',
  'database',
  'decoder',
] as const;
export type Resource = (typeof resources)[number];

/** Something that a worker waits for. */
export interface NewOutage {
  readonly resource: Resource;
  /** Of the bucket or folder; empty for the database. Never with credentials. */
  readonly url: string;
  readonly failure: FailureNote;
  /** Milliseconds since it began. */
  readonly age: number;
}

export interface Outage {
  readonly worker: string;
  readonly resource: OutageResource;
  /** Of the bucket or folder; empty where there is none, or it is not known. */
  readonly url: string;
  readonly failure: FailureNote;
  readonly since: Date;
}

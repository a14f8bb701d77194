import { images } from './001-images.ts';
import { records } from './002-records.ts';
import { workers } from './003-workers.ts';
import { protocol } from './004-protocol.ts';
import { backlog } from './005-backlog.ts';
import { monitoring } from './006-monitoring.ts';
import { outages } from './007-outages.ts';
import { leases } from './008-leases.ts';
import { previews } from './009-previews.ts';
import { looking } from './010-looking.ts';
import { ways } from './011-ways.ts';
import { choosing } from './012-choosing.ts';
import { facts } from './013-facts.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  /**
   * A worker that does not know this migration can no longer work on the database: it ends, and an older one does not
   * start. Left out: the migration only adds. What older programs call keeps its signature and its meaning, and they go
   * on beside newer ones.
   */
  readonly breaking?: true;
  readonly sql: string;
}

/** In the order in which they are applied. One that was released is never changed: a new one is added instead. */
export const migrations: readonly Migration[] = [
  images,
  records,
  workers,
  protocol,
  backlog,
  monitoring,
  outages,
  leases,
  previews,
  looking,
  ways,
  choosing,
  facts,
];

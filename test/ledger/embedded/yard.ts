/** A folder for an embedded database, and what the tests do with it. */
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import { type EmbeddedDatabase, startEmbedded } from '../../../src/ledger/embedded/startEmbedded.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { type Child, startChild } from '../../processes/child.ts';
import { until } from '../sample.ts';

const runningSchema = z.object({ port: z.number(), adopted: z.boolean() });
const holder = new URL('holderProcess.ts', import.meta.url);

export interface Yard {
  readonly parent: string;
  /** Not there yet when a test begins. */
  readonly folder: string;
  /** Stopped when the test ends. */
  start(folder?: string): Promise<EmbeddedDatabase>;
  /** Starts it in another process, and keeps it. */
  child(prefix?: string[]): Child;
  running(child: Child): Promise<z.infer<typeof runningSchema>>;
  serverPid(): Promise<number | undefined>;
  ask(database: EmbeddedDatabase, sql: string): Promise<unknown[]>;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Gone, or dead and not yet waited for by its parent, which is then no longer this process. */
export function hasEnded(pid: number): boolean {
  if (!isAlive(pid)) return true;
  try {
    // proc_pid_stat(5): the state follows the name, which ends at the last bracket.
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return !isAlive(pid);
  }
}

/** Gives each test of a file a yard of its own, and clears it away. */
export function useYard(): Yard {
  let parent = '';
  const children: Child[] = [];
  const databases: EmbeddedDatabase[] = [];
  const yard: Yard = {
    get parent() {
      return parent;
    },
    get folder() {
      return path.join(parent, 'data', 'postgres');
    },
    async start(folder = yard.folder) {
      const database = await startEmbedded(folder);
      databases.push(database);
      return database;
    },
    child(prefix = []) {
      const started = startChild(holder, [yard.folder], { prefix });
      children.push(started);
      return started;
    },
    async running(child) {
      const line = await child.line(/^(running|failed) /);
      if (!line.startsWith('running ')) throw new Error(child.lines.join('\n'));
      return runningSchema.parse(JSON.parse(line.slice('running '.length)));
    },
    async serverPid() {
      const text = await readFile(path.join(yard.folder, 'cluster', 'postmaster.pid'), 'utf8').catch(
        () => '',
      );
      return text === '' ? undefined : Number(text.split('\n')[0]);
    },
    async ask(database, sql) {
      const pool = openPool(database.connection);
      try {
        const rows: unknown[] = (await pool.query(sql)).rows;
        return rows;
      } finally {
        await pool.end();
      }
    },
  };
  beforeEach(async () => {
    parent = await realpath(await mkdtemp(path.join(tmpdir(), 'kuva-embedded-')));
    await chmod(parent, 0o755);
  });
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.stop()));
    await Promise.all(children.splice(0).map((child) => child.kill()));
    // Whatever a test left: by the pid that its own folder names.
    const pid = await yard.serverPid();
    if (pid !== undefined && isAlive(pid)) {
      process.kill(pid, 'SIGQUIT');
      await until(() => !isAlive(pid));
    }
    await rm(parent, { recursive: true, force: true });
  });
  return yard;
}

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';

/** What this process is called in the ledger and in every line of its log: host, process, and a few random digits. */
export function makeWorkerName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
}

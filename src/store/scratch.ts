import { randomBytes } from 'node:crypto';
import { type ObjectKey, parseObjectKey } from '../image/key.ts';
import { scratchPrefix } from './contract.ts';

/** A key that nobody else uses, for trying out what a store does. */
export function scratchKey(): ObjectKey {
  return parseObjectKey(`${scratchPrefix}${randomBytes(8).toString('hex')}`);
}

export function isScratch(key: string): boolean {
  return key.startsWith(scratchPrefix);
}

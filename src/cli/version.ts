import { readFileSync } from 'node:fs';

/** This program's version, as package.json has it. */
export function readVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (
    typeof about !== 'object' ||
    about === null ||
    !('version' in about) ||
    typeof about.version !== 'string'
  )
    throw new Error('package.json names no version');
  return about.version;
}

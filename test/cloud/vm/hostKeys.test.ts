import { expect, it } from 'vitest';
import { hostKeysIn, knownHosts } from '../../../src/cloud/vm/hostKeys.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)}`;
const other = `ecdsa-sha2-nistp256 ${'B'.repeat(120)}=`;
const block = (...lines: readonly string[]): string =>
  ['-----BEGIN SSH HOST KEY KEYS-----', ...lines, '-----END SSH HOST KEY KEYS-----', ''].join('\r\n');

it('reads the keys between the marks, and no others', () => {
  const console = `Linux version 6\nssh-ed25519 ${'C'.repeat(68)} root@elsewhere\n${block(`${key} root@vm`, `${other} root@vm`)}login:`;
  expect(hostKeysIn(console)).toEqual([key, other]);
});

it('finds keys behind what else the console says on the same line', () => {
  expect(hostKeysIn(block(`[   42.1] cloud-init[812]: ${key} root@vm`, '[  42.2] eth0: link up'))).toEqual([
    key,
  ]);
});

it('takes the newest of several blocks, and none that is cut off', () => {
  expect(hostKeysIn(`${block(key)}${block(other)}`)).toEqual([other]);
  expect(hostKeysIn(`-----BEGIN SSH HOST KEY KEYS-----\n${key}\n`)).toEqual([]);
  expect(hostKeysIn('')).toEqual([]);
});

it('makes no list of known hosts out of nothing', () => {
  expect(knownHosts('kuva-1', [key])).toBe(`kuva-1 ${key}\n`);
  expect(() => knownHosts('kuva-1', [])).toThrow(/no host keys/);
});

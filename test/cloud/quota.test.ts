import { describe, expect, it } from 'vitest';
import { planUp } from '../../src/cloud/plan.ts';
import { checkQuota, showQuota } from '../../src/cloud/quota.ts';
import { aStack, everything, nothing, withMachine } from './given.ts';

const sizes = { cores: 1, memory: 1000, databaseMemory: 2000 };
const plenty = {
  machines: { used: 0, limit: 8 },
  cores: { used: 0, limit: 8 },
  memory: { used: 0, limit: Infinity },
  floatingIps: { used: 0, limit: 2 },
  databases: { used: 4, limit: 5 },
};

describe('the quota', () => {
  it('is enough for the tutorial in a new project', () => {
    const lines = checkQuota(planUp(aStack(), nothing), aStack(), sizes, plenty);
    expect(lines.every(({ enough }) => enough)).toBe(true);
    expect(showQuota(lines)).toContain('  MiB of memory: 1000 needed, no limit');
  });

  it('is too small for a third floating IP', () => {
    const stack = aStack({}, 3);
    const lines = checkQuota(planUp(stack, nothing), stack, sizes, plenty);
    expect(lines.filter(({ enough }) => !enough)).toEqual([
      { kind: 'floatingIps', title: 'floating IPs', needed: 3, left: 2, enough: false },
    ]);
    expect(showQuota(lines).join('\n')).toMatch(/floating IPs: 3 needed, 2 left {2}← too few/);
  });

  it('is not asked for by what is there, nor by what is replaced', () => {
    expect(checkQuota(planUp(aStack(), everything), aStack(), sizes, plenty)).toEqual([]);
    expect(checkQuota(planUp(aStack(), withMachine({ status: 'ERROR' })), aStack(), sizes, plenty)).toEqual(
      [],
    );
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { replaceSection } from '../../bench/writeSection.ts';

const page = 'above\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nbelow\n';

describe('a section of docs/performance.md', () => {
  it('is replaced, and nothing else', () => {
    const once = replaceSection(page, 'bench', ['new', '']);
    expect(once).toBe('above\n<!-- bench:begin -->\n\n```text\nnew\n```\n\n<!-- bench:end -->\nbelow\n');
    expect(replaceSection(once, 'bench', ['newer'])).toBe(once.replace('new', 'newer'));
  });

  it('is left alone when a mark is missing, stands twice or is among the figures', () => {
    expect(() => replaceSection('nothing', 'bench', ['new'])).toThrow('bench:begin');
    expect(() => replaceSection(page + page, 'bench', ['new'])).toThrow('bench:begin');
    expect(() => replaceSection(page.replace('bench:end', ''), 'bench', ['new'])).toThrow('bench:end');
    expect(() => replaceSection(page, 'bench', ['<!-- x'])).toThrow('mark');
  });

  it.each([
    'bench',
    'profile',
    'scale',
    'objects',
    'buckets',
  ] as const)('%s has its marks in the page', async (section) => {
    const real = await readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    expect(replaceSection(real, section, ['figures of the day'])).toContain('figures of the day');
  });
});

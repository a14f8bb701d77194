import { failureKinds } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import type { AlertMark, NewlySetAside } from '../ledger/contract/monitor.ts';

/** What to say of images that were set aside since the last time; undefined: nothing new. */
export function newlySetAside(
  found: NewlySetAside,
  told: AlertMark | undefined,
):
  | { readonly text: string; readonly details: Readonly<Record<string, unknown>>; readonly mark: AlertMark }
  | undefined {
  const fresh = found.counts.reduce((sum, { count }) => sum + count, 0);
  // One whose transaction ended late shows in the total alone.
  const more = Math.max(fresh, found.total - (told?.total ?? 0));
  if (more <= 0) return undefined;
  const reasons = found.counts.map(({ code, count }) => `${count} ${failureKinds[code].title}`);
  const upTo = found.upTo ?? told?.upTo;
  return {
    text: [
      `${more} ${more === 1 ? 'image was' : 'images were'} set aside${reasons.length === 0 ? '' : `: ${reasons.slice(0, 5).join(', ')}`}.`,
      found.total > more ? `${found.total} wait for a person in all.` : '',
      found.examples[0] === undefined ? '' : `The last one: ${showKey(found.examples[0].key)}.`,
      'They are still where they were; `kuva log --state rejected failed` lists them, `kuva retry` tries again.',
    ]
      .filter((part) => part !== '')
      .join(' '),
    details: {
      new: more,
      total: found.total,
      reasons: found.counts,
      examples: found.examples.map(({ id, ...rest }) => ({ image: Number(id), ...rest })),
    },
    mark: { total: found.total, ...(upTo !== undefined && { upTo }) },
  };
}

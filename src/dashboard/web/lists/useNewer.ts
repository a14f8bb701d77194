import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ImageLine } from '../server/answers.ts';
import { onImages } from '../state/live.ts';
import { termOf } from './search.ts';
import type { Pages } from './usePages.ts';

/**
 * May the ledger have more of what was searched than the list, since that was loaded? The list does not change by
 * itself: somebody reads it.
 */
export function useNewer(pages: Pages, query: ReadonlySignal<URLSearchParams>): Signal<boolean> {
  const newer = useSignal(false);
  useSignalEffect(() => {
    if (pages.found.value.is === 'there') newer.value = false;
  });
  useEffect(
    () =>
      onImages((lines, total) => {
        // Of a great many, an event shows some.
        if (total > lines.length || lines.some((line) => mayMatch(line, query.peek()))) newer.value = true;
      }),
    [],
  );
  return newer;
}

/** True where only the ledger can tell. */
function mayMatch(line: ImageLine, query: URLSearchParams): boolean {
  const states = query.getAll('state');
  const until = query.get('until');
  if (states.length > 0 && !states.includes(line.state)) return false;
  if (until !== null && line.at >= until) return false;
  const term = termOf(query);
  if (query.has('sha256')) return line.inputSha256 === term || line.outputSha256 === term;
  return /[*?]/.test(term) || line.key.includes(term) || line.output?.includes(term) === true;
}

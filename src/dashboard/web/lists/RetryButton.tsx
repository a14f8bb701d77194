import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../server/ask.ts';
import { plural } from '../show.ts';
import { toRefusal } from '../state/asked.ts';
import { about } from '../state/live.ts';
import { say } from '../state/say.ts';

interface RetryProps {
  /** Left out: all that are set aside. */
  readonly ids?: readonly string[];
  readonly label: string;
  readonly onDone?: () => void;
}

/** Queues images once more. Nothing needs to be undone after it: what fails again is set aside again, unchanged. */
export function RetryButton({ ids, label, onDone }: RetryProps): JSX.Element | null {
  const busy = useSignal(false);
  if (about.value === undefined || about.value.readOnly) return null;
  const retry = async (): Promise<void> => {
    busy.value = true;
    try {
      const { queued } = await post('retried', 'retry', ids === undefined ? { all: true } : { ids });
      say(queued === 0 ? 'None of them is set aside any more.' : `${plural(queued, 'image')} queued again.`);
      onDone?.();
    } catch (thrown) {
      const { message, remedy } = toRefusal(thrown);
      say(`Not queued: ${message}. ${remedy ?? ''}`, 'bad');
    } finally {
      busy.value = false;
    }
  };
  return (
    <button type="button" disabled={busy.value || ids?.length === 0} onClick={() => void retry()}>
      {busy.value ? 'Asking…' : label}
    </button>
  );
}

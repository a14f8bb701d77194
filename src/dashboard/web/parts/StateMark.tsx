import type { JSX } from 'preact';
import type { ImageLine } from '../server/answers.ts';

const words = {
  queued: 'waiting',
  processing: 'in work',
  done: 'done',
  rejected: 'rejected',
  failed: 'failed',
  superseded: 'replaced or removed',
  skipped: 'left alone by a rule',
} as const satisfies Record<ImageLine['state'], string>;

export function StateMark({ state }: { readonly state: ImageLine['state'] }): JSX.Element {
  return (
    <span class={`state ${state}`}>
      <span class="dot" aria-hidden="true" />
      {words[state]}
    </span>
  );
}

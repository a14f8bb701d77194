import type { JSX } from 'preact';
import { connection } from '../state/live.ts';

const words = { connecting: 'Connecting', live: 'Live', cut: 'Cut off' } as const;

/** Does what is shown follow what happens? */
export function Lamp(): JSX.Element {
  const { is } = connection.value;
  return (
    <span class={`lamp ${is}`} title={is === 'live' ? 'What you see follows what happens' : undefined}>
      <span class="dot" aria-hidden="true" />
      {words[is]}
    </span>
  );
}

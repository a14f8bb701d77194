import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { toRefusal } from '../state/asked.ts';
import { about } from '../state/live.ts';
import { say } from '../state/say.ts';
import { putIn } from '../state/uploads.ts';
import { filesOf } from './dropped.ts';

/** Images may be dropped anywhere; a part of the page that takes drops for itself stops the event. */
export function DropAnywhere(): JSX.Element | null {
  const over = useSignal(0);
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent): void => {
      if (hasFiles(event)) over.value++;
    };
    const leave = (event: DragEvent): void => {
      if (hasFiles(event)) over.value = Math.max(0, over.value - 1);
    };
    const allow = (event: DragEvent): void => {
      // Without this the browser opens the file in place of the page.
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      over.value = 0;
      if (event.dataTransfer === null || !hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      if (about.value?.canUpload !== true) {
        say('Nothing can be put in here: this dashboard only shows.', 'bad');
        return;
      }
      filesOf(event.dataTransfer).then(putIn, (thrown: unknown) => {
        say(`That could not be read: ${toRefusal(thrown).message}`, 'bad');
      });
    };
    addEventListener('dragenter', enter, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('dragover', allow, { signal });
    addEventListener('drop', drop, { signal });
    return () => {
      stopping.abort();
    };
  }, []);
  if (over.value === 0 || about.value?.canUpload !== true) return null;
  return (
    <div class="drop-anywhere" aria-hidden="true">
      <p>
        Drop to put in <span>{about.value.input}</span>
      </p>
    </div>
  );
}

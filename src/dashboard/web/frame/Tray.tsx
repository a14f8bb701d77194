import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { showCount } from '../show.ts';
import { about } from '../state/live.ts';
import { cancelAll, clearEnded, putIn, trayOpen, underWay, uploads } from '../state/uploads.ts';
import { filesOfInput } from './dropped.ts';
import { UploadRow } from './UploadRow.tsx';

/** More rows than this are counted, not drawn. */
const drawn = 60;

/** Put in: choose or drop images, and follow each to its end. */
export function Tray(): JSX.Element | null {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  if (!trayOpen.value || about.value === undefined) return null;
  const take = (input: HTMLInputElement): void => {
    putIn(filesOfInput(input));
    input.value = '';
  };
  const rest = uploads.value.length - drawn;
  return (
    <section
      id="tray"
      class="tray"
      aria-labelledby="tray-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') trayOpen.value = false;
      }}
    >
      <header>
        <h2 id="tray-title">Put in</h2>
        <button
          type="button"
          class="icon"
          aria-label="Close"
          onClick={() => {
            trayOpen.value = false;
          }}
        >
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
          </svg>
        </button>
      </header>
      <div class="dropzone">
        <p>Drop images or a folder anywhere on this page, or</p>
        <div class="buttons">
          <button type="button" class="primary" onClick={() => files.current?.click()}>
            Choose images
          </button>
          <button type="button" onClick={() => folder.current?.click()}>
            Choose a folder
          </button>
        </div>
        <p class="hint">
          They are checked, stored in <code>{about.value.input}</code> and processed at once. Nothing is
          overwritten unless you say so.
        </p>
        <input
          ref={files}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Images to put in"
          onChange={(event) => {
            take(event.currentTarget);
          }}
        />
        <input
          ref={folder}
          class="unseen"
          type="file"
          tabIndex={-1}
          aria-label="Folder to put in"
          {...{ webkitdirectory: true }}
          onChange={(event) => {
            take(event.currentTarget);
          }}
        />
      </div>
      {uploads.value.length > 0 && (
        <>
          <ul class="uploads">
            {uploads.value.slice(0, drawn).map((upload) => (
              <UploadRow key={upload.number} upload={upload} />
            ))}
          </ul>
          <footer>
            {rest > 0 && <span>and {showCount(rest)} more</span>}
            {underWay.value > 0 ? (
              <button type="button" class="quiet" onClick={cancelAll}>
                Cancel all
              </button>
            ) : (
              <button type="button" class="quiet" onClick={clearEnded}>
                Clear the list
              </button>
            )}
          </footer>
        </>
      )}
    </section>
  );
}

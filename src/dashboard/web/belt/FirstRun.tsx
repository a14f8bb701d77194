import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';
import { about } from '../state/live.ts';
import { trayOpen } from '../state/uploads.ts';
import { Copy } from '../parts/Copy.tsx';

/** What there is to do until the first image is there. */
export function FirstRun(): JSX.Element {
  const { input = '', canUpload = false } = about.value ?? {};
  const command = input.startsWith('s3://')
    ? `s3cmd put cat.jpg ${input}/`
    : `cp cat.jpg ${input.replace(/^file:\/\//, '')}/`;
  return (
    <section class="first-run" aria-labelledby="first-title">
      <FirstPicture />
      <h2 id="first-title">Waiting for the first image</h2>
      <ol>
        <li>
          {canUpload ? (
            <>
              <b>Drop an image onto this page</b>, or{' '}
              <button
                type="button"
                class="as-link"
                onClick={() => {
                  trayOpen.value = true;
                }}
              >
                choose one
              </button>
              , or put it where the pipeline looks:
            </>
          ) : (
            <b>Put an image where the pipeline looks:</b>
          )}
          <span class="command">
            <code>{command}</code>
            <Copy text={command} what="the command" />
          </span>
        </li>
        <li>
          kuva takes it, makes what the <a href={inPage('/recipe')}>recipe</a> says, and writes down in the
          ledger what it did.
        </li>
        <li>The result appears here, usually in less than a second.</li>
      </ol>
    </section>
  );
}

function FirstPicture(): JSX.Element {
  return (
    <svg class="first-picture" viewBox="0 0 240 90" width="240" height="90" aria-hidden="true">
      <g fill="none" stroke="currentColor" stroke-width="1.5">
        <rect x="6" y="15" width="60" height="60" rx="6" stroke-dasharray="4 5" />
        <path d="M78 45h84" class="dim" />
        <circle cx="120" cy="45" r="9" class="fill" />
        <path d="M120 36a9 9 0 0 1 0 18z" fill="currentColor" />
        <rect x="174" y="15" width="60" height="60" rx="6" stroke-dasharray="4 5" />
      </g>
    </svg>
  );
}

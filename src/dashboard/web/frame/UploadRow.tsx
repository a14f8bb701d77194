import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';
import { showBytes, splitKey } from '../show.ts';
import { cancel, sendAgain, type Upload } from '../state/uploads.ts';

export function UploadRow({ upload }: { readonly upload: Upload }): JSX.Element {
  const { key, file, state, number } = upload;
  const { folder, name } = splitKey(key);
  return (
    <li class={`upload ${state.is}`}>
      <span class="upload-name" title={key}>
        <span class="folder">{folder}</span>
        {name}
      </span>
      <UploadWords upload={upload} />
      {state.is === 'sending' && (
        <progress max={Math.max(1, file.size)} value={state.sent} aria-label={`${name}: sent`} />
      )}
      {(state.is === 'sending' || state.is === 'waiting') && (
        <button
          type="button"
          class="quiet"
          aria-label={`Cancel ${name}`}
          onClick={() => {
            cancel(number);
          }}
        >
          Cancel
        </button>
      )}
      {state.is === 'refused' && state.code === 'exists' && (
        <button
          type="button"
          class="quiet"
          aria-label={`Replace the object that is there by ${name}`}
          onClick={() => {
            sendAgain(number, true);
          }}
        >
          Replace it
        </button>
      )}
      {state.is === 'refused' && state.code === 'cut-off' && (
        <button
          type="button"
          class="quiet"
          aria-label={`Send ${name} again`}
          onClick={() => {
            sendAgain(number, false);
          }}
        >
          Send again
        </button>
      )}
    </li>
  );
}

function UploadWords({ upload: { state, file } }: { readonly upload: Upload }): JSX.Element {
  switch (state.is) {
    case 'waiting':
      return <span class="upload-state">waits, {showBytes(file.size)}</span>;
    case 'sending':
      return (
        <span class="upload-state">
          {showBytes(Math.min(state.sent, file.size))} of {showBytes(file.size)}
        </span>
      );
    case 'stored':
      return <span class="upload-state">stored, now in the queue</span>;
    case 'ended':
      return state.line.state === 'done' ? (
        <a class="upload-state good" href={inPage(`/images/${state.line.id}`)}>
          done: look at it
        </a>
      ) : (
        <a class="upload-state bad" href={inPage(`/images/${state.line.id}`)}>
          set aside: {state.line.what ?? 'see why'}
        </a>
      );
    case 'refused':
      return (
        <span class="upload-state bad">
          {state.what}. {state.remedy}
        </span>
      );
    case 'cancelled':
      return <span class="upload-state">cancelled; nothing of it was stored</span>;
  }
}

import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { send } from '../server/ask.ts';
import { toRefusal } from '../state/asked.ts';
import { dependsOn } from '../state/dependsOn.ts';
import { generation } from '../state/live.ts';

export type Shown =
  | { readonly is: 'loading' }
  | { readonly is: 'there'; readonly url: string; readonly ratio: number }
  /** Why there is no picture, in the server's words. */
  | { readonly is: 'none'; readonly why: string };

/** Milliseconds after which a picture that was not there is asked for again: it may only not have been drawn yet. */
const again = [3_000, 8_000, 20_000];

/** A picture of the server, or why there is none: an `<img>` could not tell. @param path under `/api/v1/` */
export function usePicture(path: string, wanted: boolean): Signal<Shown> {
  const state = useSignal<Shown>({ is: 'loading' });
  const tries = useSignal(0);
  useSignalEffect(() => {
    dependsOn(generation);
    if (!wanted || state.peek().is === 'there') return;
    const stopping = new AbortController();
    const pause = again[tries.value];
    let timer: number | undefined;
    load(path, stopping.signal).then(
      (shown) => {
        state.value = shown;
      },
      (thrown: unknown) => {
        if (stopping.signal.aborted) return;
        state.value = { is: 'none', why: toRefusal(thrown).message };
        if (pause !== undefined) timer = window.setTimeout(() => (tries.value += 1), pause);
      },
    );
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  });
  useSignalEffect(() => () => {
    const shown = state.peek();
    if (shown.is === 'there') URL.revokeObjectURL(shown.url);
  });
  return state;
}

async function load(path: string, signal: AbortSignal): Promise<Shown> {
  const blob = await (await send(path, { signal })).blob();
  return pictureOf(blob);
}

/** @throws when it is no picture that the browser can show */
export async function pictureOf(blob: Blob): Promise<Shown> {
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (thrown) {
    URL.revokeObjectURL(url);
    throw thrown;
  }
  return { is: 'there', url, ratio: image.naturalWidth / Math.max(1, image.naturalHeight) };
}

interface PictureProps {
  readonly picture: Shown;
  readonly label: string;
  readonly words: string | undefined;
}

export function Picture({ picture, label, words }: PictureProps): JSX.Element {
  return (
    <figure class="picture">
      <div class="well">
        {picture.is === 'there' && <img src={picture.url} alt={label} />}
        {picture.is === 'loading' && <span class="shimmer" />}
        {picture.is === 'none' && <p class="no-picture">{picture.why}</p>}
      </div>
      <figcaption>
        <b>{label}</b> {words}
      </figcaption>
    </figure>
  );
}

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { pictureOf, type Shown } from '../image/Picture.tsx';
import type { Tried } from '../server/answers.ts';
import { ask, type Refusal } from '../server/ask.ts';
import { toRefusal } from '../state/asked.ts';
import { about } from '../state/live.ts';
import { say } from '../state/say.ts';
import { showBytes } from '../show.ts';

export type There = Extract<Shown, { is: 'there' }>;

export type TryState =
  | { readonly is: 'empty' }
  | { readonly is: 'busy'; readonly name: string }
  | { readonly is: 'refused'; readonly why: Refusal }
  | {
      readonly is: 'there';
      readonly before: There;
      /** In the order of `tried.outputs`. */
      readonly afters: readonly There[];
      readonly tried: Tried;
    };

export interface TryOutState {
  readonly state: Signal<TryState>;
  readonly tryFile: (file: File, recipe: string | undefined) => void;
  readonly tryAgain: (recipe: string | undefined) => void;
}

export function useTryOut(): TryOutState {
  const state = useSignal<TryState>({ is: 'empty' });
  const last = useRef<File | undefined>(undefined);
  const stopping = useRef(new AbortController());
  const forget = (): void => {
    const now = state.peek();
    if (now.is !== 'there') return;
    URL.revokeObjectURL(now.before.url);
    for (const { url } of now.afters) URL.revokeObjectURL(url);
  };
  useEffect(
    () => () => {
      stopping.current.abort();
      forget();
    },
    [],
  );
  const run = async (file: File, recipe: string | undefined): Promise<void> => {
    stopping.current.abort();
    stopping.current = new AbortController();
    const { signal } = stopping.current;
    forget();
    state.value = { is: 'busy', name: file.name };
    try {
      const limit = about.peek()?.limits.bytes ?? Infinity;
      if (file.size > limit)
        throw new Error(`the image has ${showBytes(file.size)}, and the limit is ${showBytes(limit)}`);
      const query = recipe === undefined ? '' : `?${new URLSearchParams({ recipe }).toString()}`;
      const tried = await ask('tried', `recipe/try${query}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/octet-stream' },
        body: file,
        signal,
      });
      const [before, afters] = await Promise.all([
        decoded(tried.before),
        Promise.all(tried.outputs.map(decoded)),
      ]);
      state.value = { is: 'there', before, afters, tried };
      say(`The recipe was tried on ${file.name}.`);
    } catch (thrown) {
      if (!signal.aborted) state.value = { is: 'refused', why: toRefusal(thrown) };
    }
  };
  return {
    state,
    tryFile: (file, recipe) => {
      last.current = file;
      void run(file, recipe);
    },
    tryAgain: (recipe) => {
      if (last.current !== undefined) void run(last.current, recipe);
    },
  };
}

/** As a blob: a `data:` address would need a hole in the page's security policy. */
async function decoded({ type, data }: Tried['before']): Promise<There> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const shown = await pictureOf(new Blob([bytes], { type }));
  if (shown.is !== 'there') throw new Error('the preview is no picture');
  return shown;
}

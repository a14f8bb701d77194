import { signal } from '@preact/signals';

/** What a screen reader is told, politely; the same words are shown for a moment to those who look. */
export const said = signal<
  { readonly text: string; readonly tone: 'calm' | 'bad'; readonly at: number } | undefined
>(undefined);

let timer = setTimeout(() => undefined, 0);

/** For what somebody did or must know, never for what merely flows by. */
export function say(text: string, tone: 'calm' | 'bad' = 'calm'): void {
  clearTimeout(timer);
  said.value = { text, tone, at: Date.now() };
  timer = setTimeout(
    () => {
      said.value = undefined;
    },
    tone === 'bad' ? 12_000 : 6_000,
  );
}

import type { JSX } from 'preact';
import { theme, themes } from '../state/theme.ts';

const labels = { auto: 'As the system', light: 'Light', dark: 'Dark' } as const;

export function ThemeSwitch(): JSX.Element {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  return (
    <button
      type="button"
      class="icon"
      title={`Colours: ${labels[theme.value]}`}
      aria-label={`Colours: ${labels[theme.value]}. Change to: ${labels[next]}`}
      onClick={() => {
        theme.value = next;
      }}
    >
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        {theme.value === 'auto' && (
          <>
            <circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
          </>
        )}
        {theme.value === 'light' && (
          <>
            <circle cx="10" cy="10" r="3.6" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path
              d="M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M15.8 4.2l-1.4 1.4M5.6 14.4l-1.4 1.4"
              stroke="currentColor"
              stroke-width="1.6"
              stroke-linecap="round"
            />
          </>
        )}
        {theme.value === 'dark' && (
          <path
            d="M15.8 12.3A6.6 6.6 0 0 1 7.7 4.2a6.6 6.6 0 1 0 8.1 8.1z"
            fill="none"
            stroke="currentColor"
            stroke-width="1.6"
            stroke-linejoin="round"
          />
        )}
      </svg>
    </button>
  );
}

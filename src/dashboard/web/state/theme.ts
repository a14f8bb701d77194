import { effect, signal } from '@preact/signals';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const place = 'kuva-theme';

/** `auto`: as the system says. */
export const theme = signal<Theme>(kept());

/** What is in force; canvases must know, as they do not take part in the cascade. */
export const dark = signal(false);

export function keepTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const judge = (): void => {
    dark.value = theme.value === 'auto' ? system.matches : theme.value === 'dark';
  };
  system.addEventListener('change', judge);
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === 'auto') delete dataset['theme'];
    else dataset['theme'] = theme.value;
    judge();
    try {
      localStorage.setItem(place, theme.value);
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  });
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(place);
    return themes.find((one) => one === found) ?? 'auto';
  } catch {
    return 'auto';
  }
}

import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';
import { showCount } from '../show.ts';
import { about, status } from '../state/live.ts';
import { view } from '../state/route.ts';
import { trayOpen, underWay } from '../state/uploads.ts';
import { Lamp } from './Lamp.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

const places = [
  { name: 'belt', href: '/', label: 'Belt' },
  { name: 'find', href: '/images', label: 'Find' },
  { name: 'set-aside', href: '/set-aside', label: 'Set aside' },
  { name: 'recipe', href: '/recipe', label: 'Recipe' },
] as const;

export function TopBar(): JSX.Element {
  return (
    <header class="top">
      <a class="brand" href={inPage('/')} aria-label="Kuvaputki: to the belt">
        <Mark />
        <span>kuvaputki</span>
      </a>
      <nav aria-label="Views">
        <ul>
          {places.map(({ name, href, label }) => (
            <li key={name}>
              <a href={inPage(href)} aria-current={view.value.name === name ? 'page' : undefined}>
                {label}
                {name === 'set-aside' && <AsideCount />}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="tools">
        <Lamp />
        <ThemeSwitch />
        {about.value?.canUpload === true && (
          <button
            type="button"
            class="primary"
            aria-expanded={trayOpen.value}
            aria-controls="tray"
            onClick={() => {
              trayOpen.value = !trayOpen.value;
            }}
          >
            Put in{underWay.value > 0 ? ` · ${showCount(underWay.value)}` : ''}
          </button>
        )}
      </div>
    </header>
  );
}

function AsideCount(): JSX.Element | null {
  const counts = status.value?.counts;
  const aside = counts === undefined ? 0 : counts.rejected + counts.failed;
  if (aside === 0) return null;
  return <span class="badge">{showCount(aside)}</span>;
}

/** A picture, half of it negated, on its way along the tube. */
function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 20" width="32" height="20" aria-hidden="true">
      <circle cx="10" cy="10" r="7.5" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M10 2.5a7.5 7.5 0 0 1 0 15z" fill="currentColor" />
      <path d="M21 10h10" class="mark-tube" stroke-width="2.4" stroke-linecap="round" />
    </svg>
  );
}

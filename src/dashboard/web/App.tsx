import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { Banner } from './frame/Banner.tsx';
import { DropAnywhere } from './frame/DropAnywhere.tsx';
import { Said } from './frame/Said.tsx';
import { TopBar } from './frame/TopBar.tsx';
import { Tray } from './frame/Tray.tsx';
import { connection, status } from './state/live.ts';
import { type View, view } from './state/route.ts';
import { needsLogin } from './state/session.ts';
import { Belt } from './views/Belt.tsx';
import { Find } from './views/Find.tsx';
import { Image } from './views/Image.tsx';
import { Login } from './views/Login.tsx';
import { Nowhere } from './views/Nowhere.tsx';
import { RecipeView } from './views/RecipeView.tsx';
import { SetAside } from './views/SetAside.tsx';

export function App(): JSX.Element {
  useSignalEffect(() => {
    document.title = titleOf(view.value);
  });
  if (needsLogin.value || view.value.name === 'login') {
    return (
      <>
        <Login />
        <Said />
      </>
    );
  }
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <TopBar />
      <Banner />
      <main id="main" tabIndex={-1} class={connection.value.is === 'cut' ? 'stale' : ''}>
        <Shown view={view.value} />
      </main>
      <Tray />
      <DropAnywhere />
      <Said />
    </>
  );
}

function Shown({ view }: { readonly view: View }): JSX.Element {
  switch (view.name) {
    case 'belt':
      return <Belt />;
    case 'find':
      return <Find />;
    case 'set-aside':
      return <SetAside />;
    case 'recipe':
      return <RecipeView />;
    case 'image':
      return <Image key={view.id} id={view.id} />;
    case 'login':
    case 'nowhere':
      return <Nowhere />;
  }
}

function titleOf(view: View): string {
  const titles = {
    belt: 'Kuvaputki',
    find: 'Find · Kuvaputki',
    'set-aside': 'Set aside · Kuvaputki',
    recipe: 'Recipe · Kuvaputki',
    login: 'Log in · Kuvaputki',
    nowhere: 'Nothing here · Kuvaputki',
  } as const;
  if (view.name === 'image') return `Image ${view.id} · Kuvaputki`;
  const waiting = status.value?.counts.queued ?? 0;
  return view.name === 'belt' && waiting > 0 ? `${waiting} waiting · Kuvaputki` : titles[view.name];
}

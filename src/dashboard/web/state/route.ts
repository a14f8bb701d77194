import { computed, signal } from '@preact/signals';
import { viewPath } from '../server/place.ts';

/** Where the page is: what is in the address, and nothing else, decides what is shown. */
const address = signal({ path: location.pathname, query: location.search });

export type View =
  | { readonly name: 'belt' | 'find' | 'set-aside' | 'recipe' | 'login' | 'nowhere' }
  | { readonly name: 'image'; readonly id: string };

export const view = computed<View>(() => {
  const path = viewPath(address.value.path) ?? '';
  const id = /^\/images\/(\d+)$/.exec(path)?.[1];
  if (id !== undefined) return { name: 'image', id };
  switch (path) {
    case '/':
    case '/index.html':
      return { name: 'belt' };
    case '/images':
      return { name: 'find' };
    case '/set-aside':
      return { name: 'set-aside' };
    case '/recipe':
      return { name: 'recipe' };
    case '/login':
      return { name: 'login' };
    default:
      return { name: 'nowhere' };
  }
});

export const query = computed(() => new URLSearchParams(address.value.query));

/** @param how `replace`: the address of the same view, e.g. while somebody types into its search field */
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  const { pathname, search, href } = new URL(to, location.href);
  if (how === 'push') history.pushState(null, '', href);
  else history.replaceState(null, '', href);
  address.value = { path: pathname, query: search };
  if (how === 'push') {
    scrollTo(0, 0);
    // Who listens or uses the keyboard is where a newly loaded page would have put them.
    requestAnimationFrame(() => {
      document.getElementById('main')?.focus({ preventScroll: true });
    });
  }
}

/** Links stay links (new tab, copy address); a plain click does not load the page again. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    address.value = { path: location.pathname, query: location.search };
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.origin !== location.origin || link.target !== '') return;
    // Another pipeline is another page: nothing that this one knows is of it.
    if (viewPath(link.pathname) === undefined) return;
    if (link.hasAttribute('download') || link.pathname.startsWith('/api/') || link.hash !== '') return;
    event.preventDefault();
    go(link.href);
  });
}

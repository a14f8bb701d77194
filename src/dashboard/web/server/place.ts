/**
 * Which pipeline this page shows. The first of the configuration has the plain addresses; those of another one, of
 * views and API alike, begin with its name, so that an address that is shared leads everybody to the same.
 */
const [prefix = '', name] = /^\/p\/([^/]+)(?=\/|$)/.exec(location.pathname) ?? [];

/** @param path of a view, from `/` on */
export function inPage(path: string): string {
  return `${prefix}${path}`;
}

/** @param path under `/api/v1/` */
export function inApi(path: string): string {
  return `/api/v1/${name === undefined ? '' : `pipelines/${name}/`}${path}`;
}

/** The way back from {@link inPage}; undefined when it is a view of another pipeline. */
export function viewPath(pathname: string): string | undefined {
  if (prefix === '') return pathname.startsWith('/p/') ? undefined : pathname;
  if (pathname === prefix) return '/';
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : undefined;
}

/** The first view of a pipeline. @param pipeline undefined: of the configuration's first */
export function pipelinePage(pipeline: string | undefined): string {
  return pipeline === undefined ? '/' : `/p/${encodeURIComponent(pipeline)}/`;
}

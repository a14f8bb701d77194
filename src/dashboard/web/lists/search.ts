/** What the Find view's address and the API's filter have in common. */
export const searchFields = ['name', 'sha256', 'where', 'since', 'until'] as const;

const hash = /^[0-9a-f]{64}$/i;

/** One field takes both: 64 hexadecimal digits are a hash, all else is a part of a name. */
export function termOf(query: URLSearchParams): string {
  return query.get('sha256') ?? query.get('name') ?? '';
}

export function withTerm(query: URLSearchParams, typed: string): URLSearchParams {
  const next = new URLSearchParams(query);
  next.delete('name');
  next.delete('sha256');
  const term = typed.trim();
  if (hash.test(term)) next.set('sha256', term.toLowerCase());
  else if (term !== '') next.set('name', term);
  return next;
}

/** @param typed a question about facts, as `kuva log --where` takes it; empty: none */
export function withWhere(query: URLSearchParams, typed: string): URLSearchParams {
  const next = new URLSearchParams(query);
  if (typed.trim() === '') next.delete('where');
  else next.set('where', typed.trim());
  return next;
}

export function withState(query: URLSearchParams, state: string, on: boolean): URLSearchParams {
  const next = new URLSearchParams(query);
  const states = next.getAll('state').filter((one) => one !== state);
  next.delete('state');
  for (const one of on ? [...states, state] : states) next.append('state', one);
  return next;
}

/** @param local what `<input type=datetime-local>` has, in the reader's time zone; empty: no limit */
export function withTime(query: URLSearchParams, field: 'since' | 'until', local: string): URLSearchParams {
  const next = new URLSearchParams(query);
  const time = new Date(local);
  if (Number.isNaN(time.getTime())) next.delete(field);
  else next.set(field, time.toISOString());
  return next;
}

/** The other way round. */
export function localTime(iso: string | null): string {
  if (iso === null) return '';
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return '';
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** What the API is asked: only what it knows, as an address may have anything in it. */
export function filterOf(query: URLSearchParams): string {
  const filter = new URLSearchParams();
  for (const field of searchFields) {
    const value = query.get(field);
    if (value !== null && value !== '') filter.set(field, value);
  }
  for (const state of query.getAll('state')) filter.append('state', state);
  return filter.toString();
}

/** The names that a person means by a part of them; `*` and `?` are wildcards for the whole, slashes included. */
export function nameFilter(name: string): (key: string) => boolean {
  if (!/[*?]/.test(name)) return (key) => key.includes(name);
  const pattern = name
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${pattern}$`, 'su');
  return (key) => expression.test(key);
}

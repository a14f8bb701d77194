/** IPv4 address ranges, as the clouds write them. */

/** A CIDR in the one form in which two of them can be compared: `1.2.3.4` → `1.2.3.4/32`, `1.2.3.4/24` → `1.2.3.0/24`. */
export function normalCidr(text: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const parts = match.slice(1, 5).map(Number);
  const length = Number(match[5] ?? 32);
  if (length > 32 || parts.some((part) => part > 255)) return undefined;
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  const kept = address - (address % 2 ** (32 - length));
  return `${[24, 16, 8, 0].map((shift) => Math.floor(kept / 2 ** shift) % 256).join('.')}/${length}`;
}

/** The same set of addresses, whatever the order and the way of writing? What is no CIDR is compared as it is. */
export function sameCidrs(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [new Set(one.map(orItself)), new Set(other.map(orItself))];
  return a.size === b.size && [...a].every((cidr) => b.has(cidr));
}

/** Takes away, adds, and keeps all others as they are. */
export function mergeCidrs(
  old: readonly string[],
  change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): string[] {
  const removed = new Set(change.remove?.map(orItself));
  const kept = old.filter((cidr) => !removed.has(orItself(cidr)));
  const present = new Set(kept.map(orItself));
  return [...kept, ...[...new Set(change.add?.map(orItself))].filter((cidr) => !present.has(cidr))];
}

function orItself(cidr: string): string {
  return normalCidr(cidr) ?? cidr;
}

import type { Duplicates } from './contract.ts';
import type { HashedImage } from './duplicates.ts';

/** Bits in which two hashes may differ at most: further apart, pictures are hardly ever alike. */
export const mostApart = 10;

/**
 * Groups images whose hashes differ in so many bits at most, directly or by way of others. Two hashes of 64 bits that
 * differ in n bits agree in one of n + 1 pieces of them: only those that share a piece are compared.
 */
export function alike(images: readonly HashedImage[], distance: number): Duplicates[] {
  const hashes = images.map(
    ({ hash }) => [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)] as const,
  );
  const parents = images.map((_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    while (parents[root] !== undefined && parents[root] !== root) root = parents[root] ?? root;
    for (let next = at; next !== root; ) {
      const parent = parents[next] ?? root;
      parents[next] = root;
      next = parent;
    }
    return root;
  };
  for (let piece = 0; piece <= distance; piece++) {
    for (const members of sharing(images, piece, distance + 1).values()) {
      members.forEach((one, index) => {
        for (const other of members.slice(index + 1)) {
          if (apart(hashes[one], hashes[other]) <= distance) parents[rootOf(one)] = rootOf(other);
        }
      });
    }
  }
  const groups = new Map<number, HashedImage[]>();
  images.forEach((image, at) => {
    const root = rootOf(at);
    groups.set(root, [...(groups.get(root) ?? []), image]);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.toSorted((a, b) => a.at.getTime() - b.at.getTime() || Number(a.id - b.id)))
    .map((group) => ({
      images: group.map(({ id, bucket, key, at, hash }) => ({ id, bucket, key, at, hash })),
    }));
}

/** Which images have the same bits in one of so many pieces. */
function sharing(images: readonly HashedImage[], piece: number, pieces: number): Map<string, number[]> {
  const [from, to] = [Math.floor((piece * 64) / pieces), Math.floor(((piece + 1) * 64) / pieces)];
  const mask = (1n << BigInt(to - from)) - 1n;
  const groups = new Map<string, number[]>();
  images.forEach(({ hash }, at) => {
    const bits = ((BigInt(`0x${hash}`) >> BigInt(from)) & mask).toString(36);
    const group = groups.get(bits);
    if (group === undefined) groups.set(bits, [at]);
    else group.push(at);
  });
  return groups;
}

type Hash = readonly [number, number];

function apart(one: Hash = [0, 0], other: Hash = [0, 0]): number {
  return bits(one[0] ^ other[0]) + bits(one[1] ^ other[1]);
}

/** Ones in 32 bits, counted in pairs, fours and bytes at the same time. */
function bits(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

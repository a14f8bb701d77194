import type { KuvaConfig, Place } from '../../config/config.ts';
import { toKuvaError } from '../../image/failure.ts';
import type { Access } from '../../store/contract.ts';
import { wireStore } from '../wire.ts';
import { failed, type Finding, ok } from './finding.ts';

/** What each bucket must allow. An input is read and removed; an output is written and read back. */
const needs = {
  input: ['read', 'delete'],
  output: ['read', 'write'],
  done: ['read', 'write'],
  rejected: ['read', 'write'],
} as const satisfies Record<string, readonly Access[]>;

/** Every bucket: is it there, what may we do with it, and how exactly does a delete work on it? All by trying. */
export async function checkBuckets(config: KuvaConfig, signal: AbortSignal): Promise<Finding[]> {
  const places: [keyof typeof needs, Place][] = [
    ['input', config.input],
    ['output', config.output],
    ...(typeof config.done === 'object' ? [['done', config.done.move] satisfies ['done', Place]] : []),
    ...(config.rejected.move === undefined
      ? []
      : [['rejected', config.rejected.move] satisfies ['rejected', Place]]),
  ];
  const found: Finding[] = [];
  for (const [role, place] of places) found.push(...(await checkBucket(role, place, config.data, signal)));
  return found;
}

async function checkBucket(
  role: keyof typeof needs,
  place: Place,
  data: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const name = `${role} ${place.kind === 'folder' ? 'folder' : 'bucket'}`;
  try {
    const store = await wireStore(place, data);
    try {
      const checks = await store.checkAccess(needs[role], signal);
      const found = checks.map(({ access, tried, failure }) =>
        failure === undefined
          ? ok(`${name}: ${access}`, `${tried} in ${place.url}`)
          : failed(`${name}: ${access}`, failure),
      );
      if (checks.some(({ allowed }) => !allowed)) return found;
      const { note } = await store.probe(signal);
      return [...found, ok(`${name}: abilities`, note)];
    } finally {
      await store.close();
    }
  } catch (thrown) {
    return [failed(name, toKuvaError(thrown))];
  }
}

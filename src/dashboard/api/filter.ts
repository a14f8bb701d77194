import { parseFactsQuery } from '../../image/factsQuery.ts';
import type { SearchFilter } from '../../ledger/catalogue/contract.ts';
import type { ImageFilter } from './schemas/images.ts';

/**
 * What was asked for, as the ledger understands it. An empty name is none, and so is an empty question about facts.
 * @throws KuvaError `usage-invalid`, which shows the place, when the question is not understood
 */
export function searchFilter({ name, state, sha256, where, since, until }: ImageFilter): SearchFilter {
  return {
    ...(name !== undefined && name !== '' && { name: name.replaceAll('\0', '').toWellFormed() }),
    ...(state !== undefined && { states: typeof state === 'string' ? [state] : state }),
    ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
    ...(where !== undefined && where.trim() !== '' && { facts: parseFactsQuery(where) }),
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
  };
}

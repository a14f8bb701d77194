import { z } from 'zod';
import type { CloudRequest, CloudSession } from './session.ts';

const link = z.array(z.object({ rel: z.string(), href: z.string() }));

/** Where the next page is: Glance says `next`, Nova and Neutron `servers_links`, Trove `links`. */
function nextOf(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
  if (typeof body['next'] === 'string') return body['next'];
  for (const name of [`${key}_links`, 'links']) {
    const links = link.safeParse(body[name]).data;
    const next = links?.find(({ rel }) => rel === 'next');
    if (next !== undefined) return next.href;
  }
  return undefined;
}

/**
 * A whole list, page by page: Glance gives 25 at a time, Trove 20, Nova 1,000. Of a link only the query is used; its
 * address is wrong wherever a cloud stands behind a proxy (Trove's says https on plain http).
 * @param key the list's name in the answer: `servers`
 */
export async function listAll<T>(
  session: CloudSession,
  request: CloudRequest,
  key: string,
  item: z.ZodType<T>,
): Promise<T[]> {
  const all: T[] = [];
  let query = request.query ?? {};
  // A server that gives the same page for ever ends here, not never.
  for (let page = 0; page < 1000; page += 1) {
    const { items, next } = await session.ask({ ...request, query }, pageSchema(key, item));
    all.push(...items);
    if (next === undefined || items.length === 0) break;
    query = { ...query, ...Object.fromEntries(new URL(next, 'http://next/').searchParams) };
  }
  return all;
}

function pageSchema<T>(key: string, item: z.ZodType<T>): z.ZodType<{ items: T[]; next: string | undefined }> {
  return z.record(z.string(), z.unknown()).transform((body, context) => {
    const { data: items, error } = z.array(item).safeParse(body[key]);
    if (error === undefined) return { items, next: nextOf(body, key) };
    for (const { message, path } of error.issues) {
      context.addIssue({ code: 'custom', message, path: [key, ...path] });
    }
    return z.NEVER;
  });
}

/**
 * What a cloud said when it said no. The services have five shapes for it: Keystone's `{"error"}`, Nova's and
 * Trove's `{"itemNotFound"}` and its kin, Neutron's `{"NeutronError"}`, Glance's HTML page (Trove has one too, for
 * a foreign project), and nothing at all.
 */
import { z } from 'zod';

export interface Refusal {
  readonly status: number;
  /** The service's word for it: `OverQuota`, `itemNotFound`, `Forbidden`; empty where it had none. */
  readonly kind: string;
  /** The service's sentence, on one line; empty where it had none. */
  readonly message: string;
}

const keystone = z.object({
  error: z.object({ title: z.string().default(''), message: z.string().default('') }),
});
const neutron = z.object({ NeutronError: z.object({ type: z.string(), message: z.string().default('') }) });
const neutronText = z.object({ NeutronError: z.string() });
const nova = z.record(z.string(), z.object({ code: z.number(), message: z.string().default('') }));

/** @param body what the answer held: parsed JSON, or the text where it was none */
export function readRefusal(status: number, body: unknown): Refusal {
  const fromKeystone = keystone.safeParse(body).data?.error;
  if (fromKeystone !== undefined) {
    return { status, kind: fromKeystone.title, message: oneLine(fromKeystone.message) };
  }
  const fromNeutron = neutron.safeParse(body).data?.NeutronError;
  if (fromNeutron !== undefined) {
    return { status, kind: fromNeutron.type, message: oneLine(fromNeutron.message) };
  }
  const text = neutronText.safeParse(body).data?.NeutronError;
  if (text !== undefined) return { status, kind: '', message: oneLine(text) };
  for (const [kind, { message }] of Object.entries(nova.safeParse(body).data ?? {})) {
    return { status, kind, message: oneLine(message) };
  }
  return typeof body === 'string' ? fromPage(status, body) : { status, kind: '', message: '' };
}

/** The one sentence of an HTML page that is not its heading. */
function fromPage(status: number, page: string): Refusal {
  const title = /<title>([^<]*)<\/title>/i.exec(page)?.[1]?.replace(/^\d+\s*/, '') ?? '';
  const body = page.replace(/^[\s\S]*<\/h1>/i, '').replace(/<[^>]*>/g, ' ');
  return { status, kind: oneLine(title), message: oneLine(unescapeHtml(body)) };
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
};

function unescapeHtml(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

/** Nova adds the request's id on a second line; nobody at a keyboard needs more than the first 300 letters. */
function oneLine(text: string): string {
  return text
    .replace(/\n?Neutron server returns request_ids:.*/s, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}

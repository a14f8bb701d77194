import { XMLParser } from 'fast-xml-parser';
import type { z } from 'zod';
import { notFromS3 } from './network.ts';

const lists = new Set(['Contents', 'Version', 'DeleteMarker', 'TopicConfiguration', 'Event', 'member']);

/**
 * Texts stay texts, with their spaces: an ETag of digits is no number, and a key may begin with a blank.
 * Entities are decoded by {@link plainText} where a text is used, so that a hostile document cannot make them grow.
 */
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  isArray: (name) => lists.has(name),
});

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text that an XML text stands for: the five named entities and numbered characters. */
export function plainText(xml: string): string {
  if (!xml.includes('&')) return xml;
  return xml.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** @throws KuvaError `store-unreachable` when the text is not such a document */
export function parseXml<T>(schema: z.ZodType<T>, xml: string, doing: string): T {
  const found = tryXml(schema, xml);
  if (found !== undefined) return found;
  throw notFromS3(doing, 'its answer makes no sense', xml.slice(0, 200));
}

export function tryXml<T>(schema: z.ZodType<T>, xml: string): T | undefined {
  try {
    return schema.safeParse(parser.parse(xml)).data;
  } catch {
    // Not XML at all, e.g. a proxy's page.
    return undefined;
  }
}

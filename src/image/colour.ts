import { z } from 'zod';

const named: Readonly<Record<string, string>> = {
  black: '#000000ff',
  white: '#ffffffff',
  transparent: '#00000000',
};

const pattern = '^(#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|black|white|transparent)$';

/** A colour in sRGB, as `#rgb`, `#rrggbb`, `#rrggbbaa` or a name; parsed to `#rrggbbaa`, so that spelling does not count. */
export const colourSchema = z
  .string()
  .meta({ pattern, examples: ['#ffffff', '#00000080', 'white'] })
  .transform((text, context) => {
    const colour = parseColour(text);
    if (colour !== undefined) return colour;
    context.addIssue({
      code: 'custom',
      message: 'expected a colour such as "#ffffff", "#ffffff80", white, black or transparent',
    });
    return z.NEVER;
  });

function parseColour(text: string): string | undefined {
  if (!new RegExp(pattern).test(text)) return undefined;
  const byName = named[text];
  if (byName !== undefined) return byName;
  const digits = text.slice(1).toLowerCase();
  if (digits.length === 3) return `#${digits.replace(/./g, '$&$&')}ff`;
  return digits.length === 6 ? `#${digits}ff` : `#${digits}`;
}

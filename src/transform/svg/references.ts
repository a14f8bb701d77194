import { unsupported } from '../refusal.ts';

/**
 * The renderer loads nothing from outside the file (librsvg has no base address for bytes in memory), and would
 * leave such parts out without a word. So a drawing that needs them is refused.
 * @throws KuvaError `format-unsupported`
 */
export function refuseExternalReferences(bytes: Buffer): void {
  const found = externalReference(bytes.toString('utf8'));
  if (found === undefined) return;
  throw unsupported(
    `The SVG refers to something outside of itself (${found.slice(0, 60)}), which is never loaded`,
    'Embed pictures, styles and fonts into the SVG, and upload that.',
  );
}

const patterns = [
  // Pictures, used elements, gradients: `#id` and `data:` are inside.
  /<(?:\w+:)?(?:image|use|feImage|tref|linearGradient|radialGradient|pattern|filter|textPath)\b[^>]*?\shref\s*=\s*["']\s*([^"'#\s][^"']*)["']/gi,
  /<(?:\w+:)?(?:image|use|feImage|tref|linearGradient|radialGradient|pattern|filter|textPath)\b[^>]*?\sxlink:href\s*=\s*["']\s*([^"'#\s][^"']*)["']/gi,
  /url\(\s*["']?\s*([^"')#\s][^"')]*)/gi,
  /@import\s+["']([^"']+)/gi,
  /<\?xml-stylesheet[^>]*?href\s*=\s*["']([^"']+)/gi,
  /<!ENTITY\s+(?:%\s+)?\S+\s+(?:SYSTEM|PUBLIC)\s+["']([^"']+)/gi,
  /<(?:\w+:)?include\b[^>]*?href\s*=\s*["']([^"']+)/gi,
];

function externalReference(text: string): string | undefined {
  for (const pattern of patterns) {
    for (const [, target = ''] of text.matchAll(pattern)) {
      if (!/^data:/i.test(target)) return target;
    }
  }
  return undefined;
}

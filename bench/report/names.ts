import type { Contender } from '../result.ts';

export function nameOf(contender: Contender, cores: number): string {
  const names: Readonly<Record<Contender, string>> = {
    kuva: 'kuva run',
    python: 'Python: boto3, Pillow, psycopg2',
    'python-vips': 'the same with libvips',
    tutorial: "the tutorial's script",
    'tutorial-no-sleep': 'the same without its sleep 1',
    rclone: 'rclone, moving only',
    lean: 'the requests alone, signed before',
    'sharp-one': 'sharp alone, 1 at a time',
    'sharp-many': `sharp alone, ${cores} at a time`,
    entropy: 'the entropy path alone, 1 at a time',
  };
  return names[contender];
}

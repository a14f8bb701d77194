/** The code blocks of a page, as they are printed. */
import { readFileSync } from 'node:fs';

/**
 * @param info what stands behind the three backticks, e.g. `sql grants`
 * @param names what to say instead of the page's own names
 * @throws Error when there is not exactly one such block, or a name is not in it anywhere
 */
export function printed(page: string, info: string, names: Readonly<Record<string, string>>): string {
  const blocks = readFileSync(page, 'utf8').split(/^```/m);
  const found = blocks.filter((_, at) => at % 2 === 1).filter((block) => block.startsWith(`${info}\n`));
  const [block] = found;
  if (block === undefined || found.length > 1)
    throw new Error(`${page} has ${found.length} blocks "${info}"`);
  return Object.entries(names).reduce(
    (text, [name, other]) => text.replaceAll(name, other),
    block.slice(info.length + 1),
  );
}

/** Makes the outputs of a recipe: the image is taken page by page, and each page is decoded once for all outputs. */
import type { Recipe, RecipeOutput } from '../image/recipe.ts';
import { joinFrames } from './animation.ts';
import type { ImageFacts, MadeImage } from './contract.ts';
import { descriptionCopier, tiffDescriptions } from './description.ts';
import type { Encoding } from './encoding.ts';
import type { Frame } from './frame.ts';
import { negateGifInFile } from './gif/negate.ts';
import type { LosslessResult, MadeLosslessly } from './jpeg/negation.ts';
import { renderPage } from './page.ts';
import { intermediate, type PassContext, runPass } from './passes.ts';
import { type Model, type OutputPlan, type PixelPlan, planOutput } from './plan.ts';
import { negatePngInFile } from './png/negate.ts';
import { type Source, type SourcePage, sourcePages } from './source.ts';
import { type EncodedPage, joinTiff } from './tiff/join.ts';
import { verified } from './verify.ts';

export interface MakeContext extends PassContext {
  /** Called for each page that is decoded, for tests and counters. */
  readonly onDecode: () => void;
}

/**
 * @param lossless what was made of a JPEG without decoding it, where that was tried, by output
 * @param like what outputs are written like, where that is another image than the source
 * @throws KuvaError `image-damaged`, `step-impossible`, `transform-timeout`, `transform-failed`
 */
export async function makeOutputs(
  source: Source,
  facts: ImageFacts,
  recipe: Recipe,
  context: MakeContext,
  lossless: ReadonlyMap<string, LosslessResult> = new Map(),
  like: Model = source,
): Promise<MadeImage[]> {
  const plans = recipe.outputs.map((output) =>
    planOutput(output, source, facts, lossless.get(output.name), like),
  );
  const pixels = plans.filter((plan) => plan.way === 'pixels').map((plan) => new PixelOutput(plan, source));
  if (pixels.length > 0) await fillPages(source, pixels, context);
  const made: MadeImage[] = [];
  for (const plan of plans) {
    if (plan.way === 'pixels') {
      for (const output of pixels) if (output.plan === plan) made.push(await output.finish(context));
    } else made.push(await withoutDecoding(plan, source, facts));
    context.time.check();
  }
  return made;
}

/**
 * The outputs, where each was made of the JPEG's coded data already; undefined where one was not. libvips is then asked
 * about what was made alone.
 * @throws KuvaError `transform-failed`
 */
export async function allLossless(
  facts: ImageFacts,
  { outputs }: Recipe,
  lossless: ReadonlyMap<string, LosslessResult>,
): Promise<MadeImage[] | undefined> {
  const ready: { output: RecipeOutput; made: MadeLosslessly }[] = [];
  for (const output of outputs) {
    const made = lossless.get(output.name);
    if (made === undefined || !('bytes' in made)) return undefined;
    ready.push({ output, made });
  }
  return Promise.all(ready.map(({ output, made }) => verifiedLossless(output, made, facts)));
}

function verifiedLossless(
  { name }: RecipeOutput,
  { bytes, width, height }: MadeLosslessly,
  facts: ImageFacts,
): Promise<MadeImage> {
  return verified(bytes, { ...facts, output: name, width, height, how: { way: 'lossless' } });
}

async function fillPages(
  source: Source,
  outputs: readonly PixelOutput[],
  context: MakeContext,
): Promise<void> {
  const wanted = Math.max(...outputs.map(({ plan }) => plan.pages));
  for await (const page of sourcePages(source, context)) {
    if (page.number >= wanted) break;
    const takers = outputs.filter(({ plan }) => page.number < plan.pages);
    context.onDecode();
    // One output reads the source itself, in a stream; several share a decoded page.
    const shares = takers.length > 1 && !page.decoded;
    const frame = shares ? await runPass(page.frame, [], intermediate, context, true) : page.frame;
    for (const output of takers) await output.add(page, frame, !shares && !page.decoded, context);
  }
}

async function withoutDecoding(
  plan: Exclude<OutputPlan, PixelPlan>,
  { bytes }: Source,
  facts: ImageFacts,
): Promise<MadeImage> {
  const expected = { ...facts, output: plan.output.name };
  switch (plan.way) {
    case 'copy':
      return verified(bytes, { ...expected, how: { way: 'copy' } });
    case 'lossless':
      return verifiedLossless(plan.output, plan.made, facts);
    case 'in-file':
      return verified(plan.format === 'gif' ? negateGifInFile(bytes) : await negatePngInFile(bytes), {
        ...expected,
        how: { way: 'lossless' },
      });
  }
}

/** An output as its pages come in. */
class PixelOutput {
  readonly plan: PixelPlan;
  private readonly source: Source;
  private encoding: Encoding | undefined;
  private readonly pages: (Pick<SourcePage, 'number' | 'metadata'> & { readonly made: Frame })[] = [];

  constructor(plan: PixelPlan, source: Source) {
    this.plan = plan;
    this.source = source;
  }

  async add(page: SourcePage, frame: Frame, fromSource: boolean, context: PassContext): Promise<void> {
    const { plan, source } = this;
    const encoding = plan.encoding(page);
    this.encoding ??= encoding;
    const copies = descriptionCopier(plan, source, encoding.format) !== undefined;
    const ending = { encode: !plan.animated, keepMetadata: !plan.strip && !copies };
    const made = await renderPage(frame, plan, encoding, ending, context, fromSource);
    this.pages.push({ number: page.number, metadata: page.metadata, made });
  }

  async finish(context: PassContext): Promise<MadeImage> {
    const { plan, source, encoding, pages } = this;
    const [first] = pages;
    if (first === undefined || encoding === undefined) throw new RangeError('an output without pages');
    const made = plan.animated
      ? await joinFrames(
          pages.map((page) => page.made),
          encoding,
          source.metadata,
          context,
        )
      : first.made;
    const bytes = encoding.format === 'tiff' ? this.joinedTiff() : made.bytes;
    const copier = descriptionCopier(plan, source, encoding.format);
    return verified(copier === undefined ? bytes : copier(bytes, source.bytes), {
      output: plan.output.name,
      format: encoding.format,
      width: made.width,
      height: made.height,
      pages: pages.length,
      how: { way: 'pixels', ...(plan.why !== undefined && { why: plan.why }) },
    });
  }

  private joinedTiff(): Buffer {
    const { plan, source, pages } = this;
    const descriptions = tiffDescriptions(plan, source, pages);
    return joinTiff(
      pages.map(({ made: { bytes } }, index): EncodedPage => {
        const description = descriptions[index];
        return description === undefined ? { encoded: bytes } : { encoded: bytes, description };
      }),
    );
  }
}

import { createHash } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import type { Preview, PreviewSide } from '../../image/preview.ts';
import type { Recipe } from '../../image/recipe.ts';
import { bounded } from '../api/body.ts';
import { ApiFailure } from '../api/failure.ts';
import { type ApiPlug, answers, answersWith } from '../api/route.ts';
import { parseId } from '../api/routes/images.ts';
import { imageParams } from '../api/schemas/images.ts';
import {
  type Histogram,
  histogramSchema,
  previewParams,
  tryQuery,
  type Tried,
  triedSchema,
} from '../api/schemas/previews.ts';
import type { Previews } from './contract.ts';
import { tryRecipe, type TriedRecipe, type TryParts, withKnownFiles } from './tryRecipe.ts';

export interface PreviewPlugOptions extends TryParts {
  readonly previews: Previews;
  /** The recipe in force. */
  readonly recipe: Recipe;
  /** All that rules may choose, and this one; left out: there are no rules. */
  readonly recipes?: readonly Recipe[];
  /** @throws KuvaError `config-invalid` with every mistake */
  readonly readRecipe: (yaml: string) => Recipe;
  /** Bytes of a file that a recipe is tried on, at most. */
  readonly largest: number;
}

/** Seconds for which a browser need not ask again: an image may be done once more, with another recipe. */
const freshFor = 300;

/** `GET /images/{id}/preview/{side}`, `GET /images/{id}/histogram`, `POST /recipe/try` */
export function previewPlug(options: PreviewPlugOptions): ApiPlug {
  const { previews } = options;
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images/{id}/preview/{side}',
        summary: 'A small picture of what was put in, or of what was made of it',
        description:
          'A WebP of 640 pixels at most that kuva has drawn: the kept one, else of the object itself where it still lies in its bucket. Never the bytes that somebody brought.',
        request: { params: previewParams },
        responses: answersWith('image/webp', 'The picture.'),
      }),
      async (context) => {
        const { id, side } = context.req.valid('param');
        const shown = await previews.show(parseId(id), side, context.req.raw.signal);
        if (!shown.there) throw shown.why;
        const { bytes } = shown.preview;
        const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        context.header('ETag', etag);
        context.header('Cache-Control', `private, max-age=${freshFor}`);
        if (context.req.header('if-none-match') === etag) return context.body(null, 304);
        return context.body(new Uint8Array(bytes), 200, { 'Content-Type': 'image/webp' });
      },
    );
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images/{id}/histogram',
        summary: 'How many pixels of the previews have each value; a side without a preview is left out',
        request: { params: imageParams },
        responses: answers(histogramSchema),
      }),
      async (context) => {
        const id = parseId(context.req.valid('param').id);
        const of = async (side: PreviewSide): Promise<Histogram> => {
          const shown = await previews.show(id, side, context.req.raw.signal);
          return shown.there ? { [side]: shown.preview.histogram } : {};
        };
        return context.json(histogramSchema.parse({ ...(await of('before')), ...(await of('after')) }), 200);
      },
    );
    tryRoute(options)(app);
  };
}

function tryRoute({
  recipe: inForce,
  recipes = [inForce],
  readRecipe,
  largest,
  maker,
  room,
}: PreviewPlugOptions): ApiPlug {
  let busy = false;
  return (app) => {
    app.openapi(
      createRoute({
        method: 'post',
        path: '/recipe/try',
        summary: 'What a recipe makes of an image, before anything runs',
        description: 'The body is the file. Nothing of it is stored. One at a time.',
        request: {
          query: tryQuery,
          body: { required: true, content: { 'application/octet-stream': {} } },
        },
        responses: answers(triedSchema),
      }),
      async (context) => {
        const { recipe: yaml } = context.req.valid('query');
        const recipe = yaml === undefined ? inForce : withKnownFiles(readRecipe(yaml), recipes);
        if (busy) {
          throw new ApiFailure(
            503,
            { code: 'busy', what: 'A recipe is being tried already', remedy: 'Try again in a moment.' },
            2,
          );
        }
        busy = true;
        try {
          const { body, signal } = context.req.raw;
          const pieces: Uint8Array[] = [];
          if (body !== null) for await (const piece of bounded(body, largest)) pieces.push(piece);
          const bytes = Buffer.concat(pieces);
          const tried = await tryRecipe({ maker, room }, bytes, recipe, signal);
          return context.json(answerOf(tried, bytes.length), 200);
        } finally {
          busy = false;
        }
      },
    );
  };
}

function answerOf({ facts, before, outputs, warnings }: TriedRecipe, bytes: number): Tried {
  const picture = ({ bytes: data }: Preview, facts: { width: number; height: number; format: string }) => ({
    type: 'image/webp',
    data: Buffer.from(data).toString('base64'),
    width: facts.width,
    height: facts.height,
    format: facts.format,
  });
  return {
    before: { ...picture(before, facts), bytes },
    outputs: outputs.map(({ made, preview }) => ({
      ...picture(preview, made),
      bytes: made.bytes.length,
      name: made.output,
    })),
    warnings: [...warnings],
  };
}

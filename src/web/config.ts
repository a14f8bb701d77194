import { z } from 'zod';
import { usualPort } from './listen.ts';

/** More would make each new one cost too much: it looks at all of them to find the oldest. */
const mostPreviews = 10_000;

/** `${NAME}` of an environment variable. */
const referencePattern = /^\$\{[A-Za-z_]\w*\}$/;

/** The `http` block: where a worker tells how it is, and shows what it does. */
export const httpSchema = z.strictObject({
  listen: z
    .union([
      z.enum(['auto', 'off']),
      z.number().int().min(0).max(65_535),
      z.string().meta({ examples: ['127.0.0.1:9464', '[::1]:9464', ':9464'] }),
    ])
    .default('auto')
    .describe(
      `Where the dashboard, metrics and health are served. \`auto\`: \`kuva start\` and \`kuva worker\` on 127.0.0.1:${usualPort} if that is free, \`kuva run\` not at all. \`off\`: nowhere. An address that other machines can reach needs a token.`,
    ),
  token: z
    .string()
    .regex(referencePattern, {
      error:
        'a token does not stand in this file: put it into an environment variable and write ${NAME} here, or use `token_file`',
    })
    .optional()
    .describe('`${NAME}` of the environment variable that has the token: 16 characters or more.')
    .meta({ examples: ['${KUVA_HTTP_TOKEN}'] }),
  token_file: z.string().min(1).optional().describe('A file with the token and nothing else.'),
  dashboard: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether `kuva start` and `kuva worker` serve the dashboard there too.'),
  read_only: z
    .boolean()
    .default(false)
    .describe('Whether the dashboard only shows: nothing can be put in or tried again there.'),
  previews: z
    .number()
    .int()
    .min(0)
    .max(mostPreviews)
    .default(1_000)
    .describe(
      'Of how many images small pictures are kept in the database, before and after, the oldest going first; about 80 kB an image. 0: none.',
    ),
});

export type HttpForm = z.infer<typeof httpSchema>;

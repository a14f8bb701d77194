/** What this pipeline is, and what may be done here. */
import { z } from '@hono/zod-openapi';
import { formatSchema } from './words.ts';

export const aboutSchema = z
  .object({
    version: z.string(),
    pipeline: z.string(),
    pipelines: z.array(z.string()).optional().openapi({
      description:
        'All that this server shows, this one among them, in the order of the configuration. Each has this whole API under `/api/v1/pipelines/{name}/`, and the first under `/api/v1/` too.',
    }),
    others: z.array(z.string()).optional().openapi({
      description: 'Further pipelines of the same configuration, which this server does not show.',
    }),
    input: z.string().openapi({ description: 'Where images are put in.', example: 's3://scans' }),
    output: z.string(),
    rejected: z.string().optional().openapi({ description: 'Where rejected images are moved to.' }),
    readOnly: z.boolean(),
    canUpload: z.boolean(),
    previews: z.boolean().openapi({ description: 'Are small pictures of before and after kept?' }),
    login: z.boolean().openapi({ description: 'Is a token asked for?' }),
    recipe: z.object({
      digest: z.string(),
      yaml: z.string().openapi({ description: 'As it can be written into kuva.yaml.' }),
      outputs: z.array(
        z.object({
          name: z.string(),
          key: z.string(),
          metadata: z.string(),
          steps: z.array(
            z.object({
              step: z.string(),
              settings: z.record(z.string(), z.unknown()),
            }),
          ),
        }),
      ),
    }),
    formats: z.array(formatSchema),
    limits: z.object({
      bytes: z.number(),
      pixels: z.number(),
      pages: z.number(),
      time: z.number().openapi({ description: 'Milliseconds.' }),
    }),
  })
  .openapi('About');

export type About = z.infer<typeof aboutSchema>;

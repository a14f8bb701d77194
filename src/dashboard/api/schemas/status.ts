/** How it goes: what `kuva status --json` prints. */
import { z } from '@hono/zod-openapi';
import { failureSchema, keySchema, stateSchema, timeSchema } from './words.ts';

const countsSchema = z.object({
  queued: z.number(),
  processing: z.number(),
  done: z.number(),
  rejected: z.number(),
  failed: z.number(),
  superseded: z.number(),
  skipped: z.number(),
});

const workerSchema = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  startedAt: timeSchema,
  alive: z.boolean(),
  discovering: z.boolean().openapi({ description: 'Does it look for new images?' }),
  processing: z.number().openapi({ description: 'Images that it has in work.' }),
  longest: z
    .object({ key: keySchema, since: timeSchema })
    .optional()
    .openapi({ description: 'The one of them that it has had for longest.' }),
});

const outageSchema = z.object({
  worker: z.string(),
  resource: z.string().openapi({ example: 'output' }),
  url: z.string(),
  failure: failureSchema,
  since: timeSchema,
});

export const statusSchema = z
  .object({
    pipeline: z.string(),
    counts: countsSchema,
    records: z.number(),
    oldestQueuedAt: timeSchema.optional(),
    lastDoneAt: timeSchema.optional(),
    lastEndedAt: timeSchema.optional(),
    lastPass: z
      .object({
        at: timeSchema,
        worker: z.string(),
        seen: z.number(),
        queued: z.number(),
        took: z.number().openapi({ description: 'Milliseconds.' }),
      })
      .optional(),
    now: timeSchema.openapi({ description: "The database's clock, which all these times are of." }),
    doneLastMinute: z.number(),
    doneLastHour: z.number(),
    failures: z.array(z.object({ code: z.string(), state: stateSchema, count: z.number() })),
    workers: z.array(workerSchema),
    outages: z.array(outageSchema),
    rate: z.number().nullable().openapi({ description: 'Images a second.' }),
    secondsLeft: z.number().nullable(),
    verdict: z.enum(['ok', 'outage', 'stalled', 'set-aside']),
    text: z.string().openapi({ description: 'The verdict in words.' }),
  })
  .openapi('Status');

export type Status = z.infer<typeof statusSchema>;
export type WorkerStatus = z.infer<typeof workerSchema>;
export type OutageStatus = z.infer<typeof outageSchema>;

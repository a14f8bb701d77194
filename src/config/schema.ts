/** What may stand in `kuva.yaml`: the one source of validation, of the JSON Schema and of the reference. */
import { z } from 'zod';
import { alertsSchema } from '../alerts/config.ts';
import { cloudSchema } from '../cloud/config.ts';
import { databaseSchema } from '../ledger/config.ts';
import {
  chooseSchema,
  doneSchema,
  excludeSchema,
  includeSchema,
  recipeFormSchema,
} from '../pipeline/choose/config.ts';
import { conflictSchema, rejectedSchema, workerSchema } from '../pipeline/config.ts';
import { limitsSchema } from '../transform/limits.ts';
import { httpSchema } from '../web/config.ts';
import { eventsSchema } from '../web/eventsConfig.ts';
import { s3Schema } from './s3Schema.ts';

const locationText = z.string().meta({ examples: ['s3://input_bucket', 'file:./folder'] });

const locationSchema = z.union([
  locationText,
  z
    .strictObject({
      url: locationText.describe('The bucket or folder.'),
      s3: s3Schema.optional().describe('Its own server; replaces the common `s3` as a whole.'),
    })
    .describe('A bucket on a server of its own.'),
]);

const logSchema = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('What is told: everything from this level up.'),
  format: z
    .enum(['auto', 'plain', 'json'])
    .default('auto')
    .describe('`plain` lines for people, `json` for machines; `auto` is plain on a terminal.'),
});

const pipelineName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'a pipeline is named with a-z, A-Z, 0-9, - and _, at most 63');

export const fileSchema = z
  .strictObject({
    pipeline: pipelineName
      .default('images')
      .describe('Name of this pipeline in the ledger; several pipelines can share a database.'),
    input: locationSchema
      .optional()
      .describe(
        'Where images come from: `s3://bucket` or `file:folder`. Left out: the folder `input` in `data`.',
      ),
    output: locationSchema
      .optional()
      .describe('Where results go: `s3://bucket` or `file:folder`. Left out: the folder `output` in `data`.'),
    include: includeSchema,
    exclude: excludeSchema,
    done: doneSchema,
    rejected: rejectedSchema.prefault({}).describe('What happens to inputs that are no usable images.'),
    database: databaseSchema,
    data: z.string().min(1).default('./kuva-data').describe('Folder for the embedded parts.'),
    s3: s3Schema.optional().describe('How to reach the S3 server of both buckets.'),
    recipe: recipeFormSchema
      .prefault({})
      .describe('What is made of each image: `key` and `steps` of the one output, or a list of outputs.'),
    choose: chooseSchema.optional(),
    conflict: conflictSchema,
    // What else stands there is checked with the rest of the file, as if that were about this pipeline alone.
    pipelines: z
      .array(z.looseObject({ name: pipelineName.describe('Its name in the ledger.') }))
      .min(1)
      .max(50)
      .optional()
      .describe(
        'Several pipelines in one file, all done by the same workers; each may have its own `input`, `output`, `include`, `exclude`, `done`, `rejected`, `recipe`, `choose`, `conflict` and `cloud`. See docs/choosing.md.',
      ),
    limits: limitsSchema
      .prefault({})
      .describe('Bounds that an image must keep, checked before it is decoded.'),
    worker: workerSchema.prefault({}).describe('How a worker goes about its work.'),
    log: logSchema.prefault({}).describe('What the program tells.'),
    http: httpSchema.prefault({}).describe('The dashboard, metrics and health over HTTP.'),
    alerts: alertsSchema.prefault({}).describe('Who is told when something needs a person.'),
    events: eventsSchema
      .optional()
      .describe(
        'New objects that the object store tells of by itself: see docs/events.md. For `kuva events on`.',
      ),
    cloud: cloudSchema
      .optional()
      .describe('The machines and the database that `kuva cloud up` makes on OpenStack: see docs/cloud.md.'),
  })
  .describe('Configuration of kuva: of one pipeline, or of several.');

export type FileConfig = z.infer<typeof fileSchema>;
export type LocationForm = z.infer<typeof locationSchema>;
export type LogConfig = z.infer<typeof logSchema>;

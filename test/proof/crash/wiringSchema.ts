/** The wiring as it comes to another process. */
import { z } from 'zod';

const serverSchema = z.object({
  endpoint: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  region: z.string(),
  configFile: z.string(),
});
const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string() }),
  z.object({ kind: z.literal('s3'), server: serverSchema, bucket: z.string() }),
]);
export const wiringSchema = z.object({
  database: z.string(),
  input: placeSchema,
  output: placeSchema,
  rejected: placeSchema.exactOptional(),
  archive: placeSchema.exactOptional(),
  chooses: z.literal(true).exactOptional(),
});

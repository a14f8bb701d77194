import { z } from 'zod';
import { bigintColumn, keyColumn, sizeColumn, stateColumn } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Attempt, Begin, BeginOptions, GrantedKey, KeyWish } from './contract/attempt.ts';
import { queryOne } from './sql.ts';

const grantedSchema = z.object({
  output: z.string(),
  key: keyColumn,
  etag: z.string().nullable(),
  sha256: z.string().nullable(),
});

const answerSchema = z.object({
  answer: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('over'), state: stateColumn.nullable() }),
    z.object({ outcome: z.literal('exhausted') }),
    z.object({
      outcome: z.literal('begun'),
      number: z.number(),
      round: z.number(),
      token: bigintColumn,
      waitedMs: z.number(),
      committed: z.boolean(),
      bucket: z.string(),
      key: keyColumn,
      etag: z.string(),
      size: sizeColumn,
      granted: z.array(grantedSchema),
      source: z.object({ bucket: z.string(), key: keyColumn, etag: z.string() }).optional(),
    }),
  ]),
});

const beginAttempt = {
  name: 'kuva_begin',
  text: 'select kuva.begin_image($1, $2, $3, $4, $5, $6, $7, $8, $9) as answer',
};

/** See {@link Ledger.begin}. */
export async function begin(
  { pool, pipeline, pipelineId }: LedgerContext,
  imageId: bigint,
  { worker, wanted, outputBucket, conflict, maxAttempts }: BeginOptions,
): Promise<Begin> {
  const { answer } = await queryOne(pool, answerSchema, beginAttempt, [
    await pipelineId(),
    imageId,
    worker,
    maxAttempts,
    outputBucket,
    conflict,
    wanted.map(({ output }) => output),
    wanted.map(({ key }) => key),
    wanted.map(({ alternative }) => alternative),
  ]);
  switch (answer.outcome) {
    case 'over':
      return { outcome: 'over', state: answer.state ?? undefined };
    case 'exhausted':
      return { outcome: 'exhausted' };
    case 'begun': {
      const { number, round, token, waitedMs, committed, bucket, key, etag, size, granted, source } = answer;
      return {
        outcome: 'begun',
        attempt: {
          imageId,
          image: { pipeline, bucket, key, etag },
          size,
          number,
          round,
          token,
          waitedMs,
          committed,
          outputKeys: grantedKeys(granted),
          ...(source !== undefined && { source }),
        },
      };
    }
  }
}

const grantSchema = z.object({
  answer: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.enum(['lost', 'later']) }),
    z.object({ outcome: z.literal('granted'), granted: z.array(grantedSchema) }),
  ]),
});

const grantKeys = {
  name: 'kuva_grant',
  text: 'select kuva.grant_keys($1, $2, $3, $4, $5, $6, $7) as answer',
};

/** See {@link Ledger.grant}. */
export async function grant(
  { pool }: LedgerContext,
  { imageId, token }: Attempt,
  { wanted, outputBucket, conflict }: KeyWish,
): Promise<ReadonlyMap<string, GrantedKey> | 'lost' | 'later'> {
  const { answer } = await queryOne(pool, grantSchema, grantKeys, [
    imageId,
    token,
    outputBucket,
    conflict,
    wanted.map(({ output }) => output),
    wanted.map(({ key }) => key),
    wanted.map(({ alternative }) => alternative),
  ]);
  return answer.outcome === 'granted' ? grantedKeys(answer.granted) : answer.outcome;
}

function grantedKeys(granted: readonly z.infer<typeof grantedSchema>[]): ReadonlyMap<string, GrantedKey> {
  return new Map(granted.map((one) => [one.output, grantedKey(one)]));
}

function grantedKey({ key, etag, sha256 }: z.infer<typeof grantedSchema>): GrantedKey {
  return etag === null || sha256 === null ? { key } : { key, previous: { etag, sha256 } };
}

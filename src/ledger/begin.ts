import { z } from 'zod';
import { bigintColumn, keyColumn, sizeColumn, stateColumn } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Attempt, Begin, BeginOptions, GrantedKey, KeyWish } from './contract/attempt.ts';
import { type Gather, gather } from './gather.ts';
import { hurried, queryEach, queryOne } from './sql.ts';

const grantedSchema = z.object({
  output: z.string(),
  key: keyColumn,
  etag: z.string().nullable(),
  sha256: z.string().nullable(),
});

const answerColumn = z.discriminatedUnion('outcome', [
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
]);
type Answer = z.infer<typeof answerColumn>;
const answerSchema = z.object({ answer: answerColumn });
const placedAnswerSchema = z.object({ at: z.number(), image: bigintColumn, answer: answerColumn });

const beginAttempt = {
  name: 'kuva_begin',
  text: 'select kuva.begin_image($1, $2, $3, $4, $5, $6, $7, $8, $9) as answer',
};

/** The same for several images, in one transaction, one after the other. */
const beginAttempts = {
  name: 'kuva_begin_several',
  text: `${hurried}
    select q.at, q.image, kuva.begin_image(
      $1, q.image, q.worker, q."maxAttempts", q."outputBucket", q.conflict, q.outputs, q.keys, q.alternatives
    ) as answer
    from hurried, jsonb_to_recordset($2) as q (
      at int, image bigint, worker text, "maxAttempts" int, "outputBucket" text, conflict text,
      outputs text[], keys text[], alternatives text[]
    )`,
};

export interface Beginning {
  readonly imageId: bigint;
  readonly options: BeginOptions;
}

/** See {@link Ledger.begin}. Images that are begun at about the same time are begun together. */
export function beginGathered(context: LedgerContext): Gather<Beginning, Begin> {
  return gather({
    alone: (beginning) => begin(context, beginning),
    together: (several) => beginSeveral(context, several),
  });
}

async function begin(context: LedgerContext, { imageId, options }: Beginning): Promise<Begin> {
  const { worker, wanted, outputBucket, conflict, maxAttempts } = options;
  const { answer } = await queryOne(context.pool, answerSchema, beginAttempt, [
    await context.pipelineId(),
    imageId,
    worker,
    maxAttempts,
    outputBucket,
    conflict,
    wanted.map(({ output }) => output),
    wanted.map(({ key }) => key),
    wanted.map(({ alternative }) => alternative),
  ]);
  return beginOf(context, imageId, answer);
}

async function beginSeveral(context: LedgerContext, several: readonly Beginning[]): Promise<Begin[]> {
  const questions = several.map(({ imageId, options: { wanted, ...options } }, at) => ({
    ...options,
    at,
    image: imageId.toString(),
    outputs: wanted.map(({ output }) => output),
    keys: wanted.map(({ key }) => key),
    alternatives: wanted.map(({ alternative }) => alternative),
  }));
  const answers = await queryEach(context.pool, placedAnswerSchema, beginAttempts, [
    await context.pipelineId(),
    JSON.stringify(questions),
  ]);
  return answers.map(({ image, answer }) => beginOf(context, image, answer));
}

function beginOf({ pipeline }: LedgerContext, imageId: bigint, answer: Answer): Begin {
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

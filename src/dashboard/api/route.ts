/** What the descriptions of all routes share. */
import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { WebVariables } from '../../web/guard.ts';
import { errorSchema } from './schemas/words.ts';

export type ApiApp = OpenAPIHono<{ Variables: WebVariables }>;
/** Adds some routes. */
export type ApiPlug = (app: ApiApp) => void;

const refused = {
  description: 'Refused, or failed.',
  content: { 'application/json': { schema: errorSchema } },
} as const;

/** The answers of a route that answers with JSON. */
export function answers<T extends z.ZodType>(schema: T) {
  return {
    200: { description: 'The answer.', content: { 'application/json': { schema } } },
    default: refused,
  } as const;
}

/** The answers of a route that answers with something else. */
export function answersWith(type: string, description: string) {
  return { 200: { description, content: { [type]: {} } }, default: refused } as const;
}

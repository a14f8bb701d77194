import { z } from 'zod';
import { durationSchema } from '../image/quantitySchema.ts';

/** `${NAME}` of an environment variable. */
const referencePattern = /^\$\{[A-Za-z_]\w*\}$/;

/** The `events` block: how the object store tells a worker of new objects. */
export const eventsSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'the URL of a worker reads like http://192.168.1.5:9464' })
    .refine((url) => !/\/\/[^/]*@/.test(url), { message: 'this URL holds no user name or password' })
    .describe(
      'URL under which the object store reaches `http: listen:` of a worker, or of what spreads the events over several.',
    )
    .meta({ examples: ['http://192.168.1.5:9464'] }),
  secret: z
    .string()
    .regex(referencePattern, {
      error:
        'a secret does not stand in this file: put it into an environment variable and write ${NAME} here, or use `secret_file`',
    })
    .optional()
    .describe(
      '`${NAME}` of the environment variable with the secret that events must bear: 16 characters or more.',
    )
    .meta({ examples: ['${KUVA_EVENTS_SECRET}'] }),
  secret_file: z.string().min(1).optional().describe('A file with that secret and nothing else.'),
  poll: durationSchema
    .prefault('1min')
    .describe(
      'How rarely the input bucket is looked over at least, all the same. While events tell of everything, the pause grows from `worker: poll:` up to this.',
    ),
});

export type EventsForm = z.infer<typeof eventsSchema>;

import { z } from 'zod';
import { durationSchema } from '../image/quantitySchema.ts';

const reference = z.string().regex(/^\$\{[A-Za-z_]\w*\}$/, {
  error:
    'a secret does not stand in this file: put it into an environment variable and write ${NAME} here, or use `secret_file`',
});

const webHookSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .describe('Where to POST to; `${NAME}` of an environment variable, where the URL itself is a secret.')
    .meta({ examples: ['https://alerts.example.org/kuva', '${ALERT_URL}'] }),
  secret: reference
    .optional()
    .describe('`${NAME}` of the environment variable with a secret that is sent along.')
    .meta({ examples: ['${ALERT_SECRET}'] }),
  secret_file: z.string().min(1).optional().describe('A file with that secret and nothing else.'),
  header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: 'this is no name of a header' })
    .default('Authorization')
    .describe('The header that the secret is sent in; in `Authorization` as `Bearer …`.'),
});

/** The `alerts` block: who is told when something needs a person. */
export const alertsSchema = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'A program and its arguments; it gets the alert as JSON on its standard input. No shell is involved.',
    )
    .meta({ examples: [['/usr/local/bin/tell-the-lab', '--from', 'kuva']] }),
  web_hook: webHookSchema.optional().describe('A URL that the alert is POSTed to as JSON.'),
  interval: durationSchema
    .prefault('15min')
    .describe('Images that are set aside are told at once, and then together, at most once in this time.'),
  stalled: durationSchema
    .prefault('15min')
    .describe(
      'Images wait, and none has come to an end for so long: that is told (and `kuva status --check` says so).',
    ),
  outage: durationSchema.prefault('5min').describe('Outages that last longer are told.'),
});

export type AlertsForm = z.infer<typeof alertsSchema>;

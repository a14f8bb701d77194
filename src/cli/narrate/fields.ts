/** Every field that a line of the JSON log may have, with its meaning: the table in `docs/monitoring.md` is made of it. */
export const logFields = {
  time: 'When, in ISO 8601 and UTC.',
  level: '`debug`, `info`, `warn` or `error`.',
  pipeline: 'The pipeline.',
  worker: 'The worker that says it, as `kuva status` calls it.',
  event:
    '`done`, `rejected`, `failed`, `attempt-failed`, `postponed`, `superseded`, `skipped`, `lost` (of an image); `outage`, `outage-over`; `note`.',
  message: 'The event in words.',
  image:
    'The number of the image in the ledger, the same in every line about it: `kuva log --image NUMBER` finds it.',
  attempt: 'Which attempt at the image it was, from 1.',
  bucket: 'Bucket or folder of the input.',
  key: 'Key of the input, exactly; characters that could trouble a terminal are written as `\\u` escapes.',
  etag: 'ETag of the input.',
  bytes: 'Size of the input.',
  durations: 'Milliseconds by phase, as far as it came: `wait`, `get`, `transform`, `hash`, `put`, `delete`.',
  outputs: 'What was made: `key`, `sha256` and `bytes` of each output.',
  input:
    'What became of the input: `deleted`; `changed` or `missing`, when its owner was faster; `kept`, where inputs that are done stay.',
  code: 'Of a failure: its code, see `docs/cli.md`.',
  what: 'Of a failure: what happened.',
  data: 'Of a failure: what it means for the data.',
  remedy: 'Of a failure: what to do.',
  resource: 'Of an outage: `input`, `output`, `rejected`, `archive` or `database`.',
  since: 'Of an outage: when it was noticed.',
  seconds: 'Of an outage that is over: how long it lasted.',
} as const;

export type LogField = keyof typeof logFields;

/** The table of `docs/monitoring.md`. */
export function logFieldReference(): string {
  const rows = Object.entries(logFields).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return ['| field | meaning |', '|---|---|', ...rows].join('\n');
}

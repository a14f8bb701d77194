/** Every metric, once: the registry and the table in `docs/monitoring.md` are made of it. */

interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

const define = (type: Definition['type'], help: string, labels: readonly string[] = []): Definition => ({
  type,
  help,
  labels,
});

/** Of this process alone: add them up over all workers. */
export const ownMetrics = {
  kuva_up: define('gauge', 'Always 1; its labels say what runs.', ['version', 'pipeline']),
  kuva_images_total: define('counter', 'Attempts at images that ended here, by how.', ['outcome']),
  kuva_image_failures_total: define(
    'counter',
    'Attempts that did not succeed here, by failure code and by what became of the image.',
    ['code', 'outcome'],
  ),
  kuva_image_bytes_total: define('counter', 'Bytes of inputs and of outputs of images that were done here.', [
    'direction',
  ]),
  kuva_phase_duration_seconds: define(
    'histogram',
    'How long each phase took, of all attempts here; wait: from when it was due.',
    ['phase'],
  ),
  kuva_under_way: define('gauge', 'Images that this process has in work.'),
  kuva_concurrency: define('gauge', 'Images that it has in work at most.'),
  kuva_outage_seconds: define(
    'gauge',
    'How long a thing that this process needs has been failing; 0: it works.',
    ['resource'],
  ),
  kuva_ledger_up: define('gauge', 'Could the ledger be asked for the metrics of the whole pipeline? 1 or 0.'),
} as const satisfies Record<string, Definition>;

/** Of this process, whatever it does; named as other programs on Node name them. */
export const processMetrics = {
  process_start_time_seconds: define('gauge', 'When it started, in seconds since 1970.'),
  process_cpu_seconds_total: define('counter', 'Processor time that it has used, of all its threads.'),
  process_resident_memory_bytes: define('gauge', 'Memory that it occupies.'),
  nodejs_heap_size_used_bytes: define('gauge', 'Of that: JavaScript objects.'),
  nodejs_external_memory_bytes: define(
    'gauge',
    'Of that: bytes of images on their way, as far as JavaScript holds them.',
  ),
  nodejs_eventloop_lag_seconds: define(
    'gauge',
    'How late its event loop was since the last question. Absent in the first answer.',
    ['quantile'],
  ),
} as const satisfies Record<string, Definition>;

/** Of the whole pipeline: the same at every worker, so take the largest. Absent while the database does not answer. */
export const ledgerMetrics = {
  kuva_queue_images: define('gauge', 'Images in the ledger, by state.', ['state']),
  kuva_set_aside_images: define(
    'gauge',
    'Images that were set aside and wait for a person, by failure code.',
    ['code'],
  ),
  kuva_records: define('gauge', 'Rows of outputs in the ledger.'),
  kuva_oldest_queued_seconds: define('gauge', 'Age of the oldest image that is still queued; 0: none is.'),
  kuva_since_last_end_seconds: define(
    'gauge',
    'Time since an image last came to an end, whichever. Absent: none did yet.',
  ),
  kuva_last_pass_age_seconds: define(
    'gauge',
    'Time since the last whole look over the input bucket. Absent: none was yet.',
  ),
  kuva_last_pass_objects: define('gauge', 'Objects that the last whole look saw in the input bucket.'),
  kuva_workers: define('gauge', 'Workers of the pipeline: alive, or dead and not yet cleared away.', [
    'state',
  ]),
  kuva_leaders: define('gauge', 'Workers that look for new images: 1, or 0 when none does.'),
  kuva_outages: define('gauge', 'Outages that workers wait for, by failure code.', ['code']),
} as const satisfies Record<string, Definition>;

/** The tables of `docs/monitoring.md`. */
export function metricsReference(): Readonly<Record<string, string>> {
  return {
    'own-metrics': table(ownMetrics),
    'process-metrics': table(processMetrics),
    'ledger-metrics': table(ledgerMetrics),
  };
}

function table(metrics: Readonly<Record<string, Definition>>): string {
  const rows = Object.entries(metrics).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

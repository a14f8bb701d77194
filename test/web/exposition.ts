/**
 * A strict reader of Prometheus's text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/): what it takes, a scraper takes.
 */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const value = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;

/** @throws Error with the line that breaks a rule */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current: { name: string; type: string; help: string; samples: Sample[] } | undefined;
  let help: { name: string; text: string } | undefined;
  for (const one of text.split('\n')) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${one}`);
    };
    if (one === '') continue;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(one) ?? [];
    if (keyword === 'HELP') {
      help = { name, text: rest };
    } else if (keyword === 'TYPE') {
      if (help?.name !== name) fail('TYPE without its HELP');
      if (families.has(name)) fail('a family is told twice');
      if (!['counter', 'gauge', 'histogram'].includes(rest)) fail('unknown type');
      current = { name, type: rest, help: help?.text ?? '', samples: [] };
      families.set(name, current);
    } else if (one.startsWith('#')) {
      fail('neither HELP nor TYPE');
    } else {
      const [, sampleName = '', inner, number = ''] = line.exec(one) ?? fail('no sample');
      const family = current ?? fail('a sample before any family');
      const allowed =
        family.type === 'histogram'
          ? ['_bucket', '_sum', '_count'].map((ending) => family.name + ending)
          : [family.name];
      if (!allowed.includes(sampleName)) fail(`a sample outside its family ${family.name}`);
      if (!value.test(number)) fail('no number');
      const labels: Record<string, string> = {};
      label.lastIndex = 0;
      while (inner !== undefined && label.lastIndex < inner.length) {
        const [, key = '', escaped = ''] = label.exec(inner) ?? fail('broken labels');
        if (Object.hasOwn(labels, key)) fail('a label twice');
        labels[key] = escaped.replace(/\\(["\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
      }
      const identity = `${sampleName} ${JSON.stringify(Object.entries(labels).sort())}`;
      if (seen.has(identity)) fail('a sample twice');
      seen.add(identity);
      family.samples.push({ name: sampleName, labels, value: Number(number.replace('Inf', 'Infinity')) });
    }
  }
  for (const [name, family] of families)
    if (family.type === 'histogram') checkHistogram(name, family.samples);
  return families;
}

/** Buckets are cumulative, in order, end with +Inf, and that one is the count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(Object.entries(sample.labels).filter(([name]) => name !== 'le'));
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, own] of series) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const edges = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
    const counts = buckets.map((bucket) => bucket.value);
    const rising = (values: readonly number[]): boolean =>
      values.every((one, at) => at === 0 || one >= (values[at - 1] ?? 0));
    const count = own.find((sample) => sample.name === `${name}_count`)?.value;
    const whole = edges.at(-1) === Infinity && counts.at(-1) === count;
    const sum = own.some((sample) => sample.name === `${name}_sum`);
    if (!rising(edges) || !rising(counts) || !whole || !sum) throw new Error(`${name}${key} is no histogram`);
  }
}

/** What `kuva log --where` asks, of one record: what PostgreSQL answers by SQL. */
import type { FactsQuery, Literal } from '../../src/image/factsQuery.ts';
import type { Json } from '../../src/image/facts.ts';
import type { NewRecord } from '../../src/ledger/contract/record.ts';

export function holdsOf(query: FactsQuery, record: NewRecord): boolean {
  switch (query.is) {
    case 'and':
      return query.parts.every((part) => holdsOf(part, record));
    case 'or':
      return query.parts.some((part) => holdsOf(part, record));
    case 'not':
      return !holdsOf(query.part, record);
    case 'missing':
      return valueOf(record, query.path) === undefined;
    case 'like': {
      const value = valueOf(record, query.path);
      return typeof value === 'string' && wildcards(query.pattern).test(value);
    }
    case 'in':
      return query.values.some((value) => value === valueOf(record, query.path));
    case 'compare':
      return compared(valueOf(record, query.path), query.by, query.value);
  }
}

function compared(value: Json | undefined, by: string, wanted: Literal): boolean {
  if (value === undefined) return false;
  if (by === '!=') return value !== wanted;
  if (by === '=') return value === wanted;
  const sorts = [typeof value, typeof wanted];
  if (sorts[0] !== sorts[1] || wanted === null || typeof value === 'object') return false;
  const sign = value < wanted ? -1 : value > wanted ? 1 : 0;
  return { '<': sign < 0, '<=': sign <= 0, '>': sign > 0, '>=': sign >= 0 }[by] ?? false;
}

function wildcards(pattern: string): RegExp {
  const whole = /[*?]/.test(pattern) ? pattern : `*${pattern}*`;
  const escaped = whole
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${escaped}$`, 'u');
}

function valueOf(record: NewRecord, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record.facts;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) value = undefined;
    else value = new Map<string, Json>(Object.entries(value)).get(name);
  }
  return value === undefined ? columnOf(record, path.join('.')) : value;
}

function columnOf(record: NewRecord, name: string): Json | undefined {
  return new Map<string, Json>([
    ['input.bytes', record.inputBytes],
    ['input.format', record.inputFormat],
    ['input.width', record.inputWidth],
    ['output.name', record.output],
    ['output.key', record.outputKey],
    ['output.bytes', record.outputBytes],
  ]).get(name);
}

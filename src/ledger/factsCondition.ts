/** A question about facts as SQL: names and values go as parameters, and nothing of them is ever part of the text. */
import type { Comparison, FactPath, FactsQuery, Literal } from '../image/factsQuery.ts';
import { namePattern } from './namePattern.ts';
import type { Statement } from './statement.ts';

const operators = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
} as const satisfies Record<Comparison, string>;

/**
 * Columns of a record that can be asked for as if they were facts, where no fact has that name. Facts come first: what
 * a recipe has measured is what its owner means.
 */
const columns: Readonly<Record<string, string>> = {
  'input.key': 'r.input_key',
  'input.bytes': 'r.input_bytes',
  'input.format': 'r.input_format',
  'input.width': 'r.input_width',
  'input.height': 'r.input_height',
  'input.pages': 'r.input_pages',
  'input.sha256': 'r.input_sha256',
  'output.name': 'r.output',
  'output.key': 'r.output_key',
  'output.bytes': 'r.output_bytes',
  'output.format': 'r.output_format',
  'output.width': 'r.output_width',
  'output.height': 'r.output_height',
  'output.pages': 'r.output_pages',
  'output.sha256': 'r.output_sha256',
};

/** Of the rows of `kuva.records r`. Never NULL, so that `not` has its plain meaning: what is missing fits no comparison. */
export function conditionOf(query: FactsQuery, statement: Statement): string {
  switch (query.is) {
    case 'and':
    case 'or':
      return `(${query.parts.map((part) => conditionOf(part, statement)).join(` ${query.is} `)})`;
    case 'not':
      return `(not ${conditionOf(query.part, statement)})`;
    case 'missing':
      return `(${valueOf(query.path, statement)} is null)`;
    case 'like': {
      const value = valueOf(query.path, statement);
      const { like } = namePattern(
        query.pattern.includes('*') || query.pattern.includes('?') ? query.pattern : `*${query.pattern}*`,
      );
      return `coalesce(jsonb_typeof(${value}) = 'string' and ${value} #>> '{}' like ${statement.value(like)}, false)`;
    }
    case 'in':
      return `(${query.values.map((value) => compared(query.path, '=', value, statement)).join(' or ')})`;
    case 'compare':
      return compared(query.path, query.by, query.value, statement);
  }
}

/** JSON's own order: numbers by size, texts by their characters; values of different sorts are never compared. */
function compared(path: FactPath, by: Comparison, literal: Literal, statement: Statement): string {
  const value = valueOf(path, statement);
  const wanted = `${statement.value(JSON.stringify(literal))}::jsonb`;
  return by === '!='
    ? `coalesce(${value} <> ${wanted}, false)`
    : `coalesce(jsonb_typeof(${value}) = jsonb_typeof(${wanted}) and ${value} ${operators[by]} ${wanted}, false)`;
}

function valueOf(path: FactPath, statement: Statement): string {
  const fact = `(r.facts #> ${statement.value(path)}::text[])`;
  const column = columns[path.join('.')];
  return column === undefined ? fact : `coalesce(${fact}, to_jsonb(${column}))`;
}

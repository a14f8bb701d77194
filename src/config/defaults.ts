import { entriesOf, fitting, kindOf, propertyOf, type SchemaNode } from './jsonSchema.ts';

/** What is in force, in the form in which one writes it: the written value with every default put in its place. */
export function withDefaults(node: SchemaNode, written: unknown): unknown {
  const value = written === undefined ? node.default : written;
  const fit = fitting(node, value);
  const knows = (branch: SchemaNode) =>
    kindOf(value) === 'object' && entriesOf(value).every(([key]) => branch.properties?.[key] !== undefined);
  const branch = fit.find(knows) ?? fit[0];
  if (branch === undefined || value === undefined) return value;
  if (kindOf(value) === 'array' && Array.isArray(value)) {
    const { items } = branch;
    return items === undefined ? value : value.map((item: unknown) => withDefaults(items, item));
  }
  if (kindOf(value) !== 'object' || branch.properties === undefined) return value;
  return Object.fromEntries(
    Object.entries(branch.properties).flatMap(([key, property]) => {
      const inner = withDefaults(property, propertyOf(value, key));
      return inner === undefined ? [] : [[key, inner]];
    }),
  );
}

/** Just as much of JSON Schema as zod writes for us, parsed, to look things up in. */
import { z } from 'zod';

export interface SchemaNode {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly examples?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly pattern?: string | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaNode | undefined;
  readonly anyOf?: readonly SchemaNode[] | undefined;
  readonly oneOf?: readonly SchemaNode[] | undefined;
}

export const schemaNodeSchema: z.ZodType<SchemaNode> = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  pattern: z.string().optional(),
  get properties() {
    return z.record(z.string(), schemaNodeSchema).optional();
  },
  required: z.array(z.string()).optional(),
  get items() {
    return schemaNodeSchema.optional();
  },
  get anyOf() {
    return z.array(schemaNodeSchema).optional();
  },
  get oneOf() {
    return z.array(schemaNodeSchema).optional();
  },
});

/** The schema of what is written in a file (not of what it becomes). */
export function schemaNodeOf(schema: z.ZodType): SchemaNode {
  // `reused: 'inline'`: no $ref to follow, here and in the editor.
  return schemaNodeSchema.parse(
    z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'any' }),
  );
}

/** A node and, where it leaves a choice, what may be chosen. */
export function branches(node: SchemaNode): readonly SchemaNode[] {
  const choices = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return choices.length === 0 ? [node] : choices.flatMap(branches);
}

/** The branches that fit the kind of a value and, for objects, its fixed properties (`step: blur`). */
export function fitting(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const kind = kindOf(value);
  return branches(node).filter((branch) => {
    if (
      branch.type !== undefined &&
      ![branch.type].flat().some((type) => type === kind || (type === 'integer' && kind === 'number'))
    ) {
      return false;
    }
    if (kind !== 'object') return true;
    const fixed = Object.entries(branch.properties ?? {}).filter(
      ([, property]) => property.const !== undefined,
    );
    return fixed.every(([key, property]) => {
      const own = propertyOf(value, key);
      return own === undefined || own === property.const;
    });
  });
}

/** All schemas that may describe what is at the path, given what else is there. */
export function schemasAt(
  root: SchemaNode,
  path: readonly (string | number)[],
  value: unknown,
): readonly SchemaNode[] {
  let nodes: readonly SchemaNode[] = [root];
  let here = value;
  for (const part of path) {
    nodes = nodes
      .flatMap((node) => fitting(node, here))
      .flatMap((node) => {
        const next = typeof part === 'number' ? node.items : node.properties?.[part];
        return next === undefined ? [] : [next];
      });
    here = propertyOf(here, part);
  }
  return nodes;
}

export function propertyOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const entry: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return entry;
}

/** Keys and values of a block; none for anything else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

export function kindOf(
  value: unknown,
): 'null' | 'array' | 'object' | 'number' | 'boolean' | 'string' | 'nothing' {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}

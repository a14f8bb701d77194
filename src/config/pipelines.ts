/** Several pipelines in one file: each has places, rules and a recipe of its own, and shares all else. */
import { entriesOf, propertyOf } from './jsonSchema.ts';
import type { Complaint, KeyPath } from './mistake.ts';
import { fileNode } from './readForm.ts';

/** What each pipeline of a list may set for itself; where it does not, what stands above the list counts. */
const ownKeys: readonly string[] = [
  'input',
  'output',
  'include',
  'exclude',
  'done',
  'rejected',
  'recipe',
  'choose',
  'conflict',
  'cloud',
];

/** One pipeline, as if the file were about it alone. */
export interface OnePipeline {
  readonly name: string;
  readonly written: Readonly<Record<string, unknown>>;
  /** What it says itself. */
  readonly own: Readonly<Record<string, unknown>>;
  /** From a path in that file to the real one. */
  readonly at: (path: KeyPath) => KeyPath;
}

/** @returns undefined where the file has no list of pipelines: it is about one */
export function splitPipelines(written: Readonly<Record<string, unknown>>): OnePipeline[] | undefined {
  const { pipelines, ...shared } = written;
  if (!Array.isArray(pipelines)) return undefined;
  return pipelines.map((entry: unknown, index): OnePipeline => {
    const { name, ...own } = Object.fromEntries(entriesOf(entry));
    const has = (key: string | number | undefined): boolean => key !== undefined && Object.hasOwn(own, key);
    return {
      name: typeof name === 'string' ? name : '',
      written: { ...shared, ...own, pipeline: name },
      own,
      at: (path) => {
        const [first, ...rest] = path;
        if (first === 'pipeline') return ['pipelines', index, 'name'];
        return has(first) ? ['pipelines', index, first ?? '', ...rest] : path;
      },
    };
  });
}

/** What single pipelines cannot tell: one name twice, a list beside settings that would be for nobody. */
export function pipelineComplaints(written: Readonly<Record<string, unknown>>): Complaint[] {
  const pipelines = splitPipelines(written) ?? [];
  const complaints: Complaint[] = [];
  const complain = (path: KeyPath, what: string, expected?: string): void => {
    complaints.push({ path, part: 'value', what, ...(expected !== undefined && { expected }) });
  };
  pipelines.forEach(({ name, own }, index) => {
    for (const key of Object.keys(own)) {
      if (ownKeys.includes(key) || fileNode().properties?.[key] === undefined) continue;
      complain(['pipelines', index, key], 'this is the same for all pipelines: it stands above the list');
    }
    if (pipelines.slice(0, index).some((earlier) => earlier.name === name))
      complain(['pipelines', index, 'name'], `two pipelines are named ${name}: give each its own name`);
  });
  if (pipelines.length === 0) return complaints;
  if (written['pipeline'] !== undefined)
    complain(['pipeline'], 'with `pipelines` each has its own name', 'either this or the list');
  if (written['events'] !== undefined)
    complain(
      ['events'],
      'events of the bucket go with one pipeline a file',
      'a file of its own for that pipeline',
    );
  for (const key of ownKeys) {
    const everybody = pipelines.every(({ own }) => propertyOf(own, key) !== undefined);
    if (written[key] !== undefined && everybody)
      complain([key], 'every pipeline of the list has its own, so that this is for nobody');
  }
  return complaints;
}

import type { ObservedBucket, ObservedS3 } from '../observed.ts';
import type { Stack } from '../stack.ts';
import { type Step, step } from '../step.ts';

export function planStorage(stack: Stack, { keys, buckets, endpoint }: ObservedS3): Step[] {
  return [
    planKeys(keys, endpoint),
    ...stack.buckets.map((name) =>
      planBucket(
        name,
        buckets.find((one) => one.name === name),
      ),
    ),
  ];
}

function planKeys(keys: ObservedS3['keys'], endpoint: string): Step {
  const target = { kind: 's3-keys' } as const;
  const why = {
    given: 'the ones of your configuration',
    own: 'made by kuva, in the private folder',
    found: 'of this project, made by somebody before: used, and never deleted',
    none: 'made by Keystone; they do not expire',
  } as const satisfies Record<ObservedS3['keys'], string>;
  return step('s3-keys', `for ${endpoint}`, keys === 'none' ? 'create' : 'keep', why[keys], target);
}

function planBucket(name: string, bucket: ObservedBucket | undefined): Step {
  const id = `bucket:${name}`;
  const target = { kind: 'bucket' } as const;
  const needs = ['s3-keys'];
  switch (bucket?.state ?? 'unknown') {
    case 'present':
      return step(
        id,
        name,
        'keep',
        bucket?.empty === true ? 'there, and empty' : 'there, with objects in it',
        target,
        needs,
      );
    case 'absent':
      return step(id, name, 'create', 'there is none of that name', target, needs);
    case 'foreign':
      return step(
        id,
        name,
        'foreign',
        'the name belongs to somebody else: bucket names are unique over all users',
        target,
        needs,
      );
    case 'unknown':
      return step(id, name, 'create', 'if it is not there yet: without keys nobody can ask', target, needs);
  }
}

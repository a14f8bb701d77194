import fc from 'fast-check';
import { bucketKinds, type BucketKind } from '../memory/bucket.ts';
import {
  callNames,
  contents,
  type Deed,
  faults,
  type Moment,
  names,
  type Plan,
  type PlannedEvent,
  places,
  type WorldPlan,
} from './plan.ts';

/** Plans, small ones first; each part of one shrinks towards what is simplest, so that a failure is told by few events. */
const kinds = Object.keys(bucketKinds).filter((kind): kind is BucketKind => kind in bucketKinds);

const nameIn = fc.constantFrom(...names);
/** Most images are good. */
const content = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('good1', 'good2', 'good3') },
  fc.constantFrom(...contents),
);

const world: fc.Arbitrary<WorldPlan> = fc.record({
  input: fc.constantFrom(...kinds),
  output: fc.constantFrom(...kinds),
  moves: fc.boolean(),
  conflict: fc.constantFrom('keep-both', 'keep-both', 'replace', 'reject'),
  outputs: fc.constantFrom(1, 2),
  workers: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  maxAttempts: fc.integer({ min: 3, max: 5 }),
  lease: fc.constantFrom(10_000, 10_000, 30_000),
  images: fc.array(fc.record({ key: nameIn, content }), { maxLength: 3 }),
  strangers: fc.array(nameIn, { maxLength: 1 }),
  skew: fc.constantFrom(0, 0, 3_600_000, -3_600_000),
});

const moment: fc.Arbitrary<Moment> = fc.oneof(fc.record({ at: fc.integer({ min: 0, max: 12_000 }) }), {
  weight: 3,
  arbitrary: fc.record({
    call: fc.constantFrom(...callNames),
    nth: fc.integer({ min: 1, max: 4 }),
    side: fc.constantFrom('before', 'after'),
  }),
});

const who = fc.nat(3);
const ownerDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put'),
      key: nameIn,
      content,
      takes: fc.constantFrom(0, 0, 100, 1_000, 6_000),
    }),
  },
  fc.record({ do: fc.constant('delete'), key: nameIn }),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: ownerDeed },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('crash'), who, lands: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('hang'), who, for: fc.constantFrom(2_000, 20_000, 90_000) }),
  },
  fc.record({ do: fc.constant('cut'), who }),
  fc.record({ do: fc.constant('stop'), who, atOnce: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fault'), fault: fc.constantFrom(...faults) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('outage'),
      of: fc.constantFrom(...places),
      for: fc.constantFrom(1_000, 8_000, 45_000, 200_000),
    }),
  },
);

const event: fc.Arbitrary<PlannedEvent> = fc.record({ when: moment, deed });

/** A worker that hangs, and comes back while its successor waits for a store. */
const lateWorker: fc.Arbitrary<readonly PlannedEvent[]> = fc
  .record({
    call: fc.constantFrom(
      'input.get',
      'transform',
      'output.put',
      'ledger.commit',
      'ledger.settle',
      'input.delete',
    ),
    nth: fc.integer({ min: 1, max: 3 }),
    side: fc.constantFrom('before', 'after'),
    from: fc.integer({ min: 1_000, max: 12_000 }),
    of: fc.constantFrom('input', 'output'),
  })
  .map(({ call, nth, side, from, of }) => [
    { when: { call, nth, side }, deed: { do: 'hang', who: 0, for: 20_000 } },
    { when: { at: from }, deed: { do: 'outage', of, for: 45_000 } },
  ]);

const some = fc.array(event, { maxLength: 8, size: 'max' });
const events = fc.oneof(
  { weight: 6, arbitrary: some },
  { weight: 2, arbitrary: fc.tuple(lateWorker, some).map(([late, others]) => [...late, ...others]) },
  // Nothing goes wrong, and its owner is busy.
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ when: moment, deed: ownerDeed }), { maxLength: 8, size: 'max' }),
  },
);

export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(0x7fff_ffff),
  world,
  noise: fc.constantFrom(0, 0, 0.03, 0.1),
  events,
});

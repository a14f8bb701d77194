/** The rules of `src/store/contract.ts`, tried on a real store. Every kind of store runs this one suite. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore, StoreCapabilities } from '../../src/store/contract.ts';
import { keepsAwkwardKeys } from './contract/awkwardKeys.ts';
import { listsEverything } from './contract/listing.ts';
import { readsWhatIsThere } from './contract/reading.ts';
import { removesExactly } from './contract/removing.ts';
import { writesWhole } from './contract/writing.ts';
import { listAll } from './objects.ts';

export interface Subject {
  readonly store: ObjectStore;
  /** SHA-256 of every object, by key, as somebody else than the store sees them. */
  readonly readOutside: () => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
}

export interface Expected {
  readonly removal: StoreCapabilities['removal'];
  readonly conditionalPut: boolean;
  readonly versioned: boolean;
}

export function keepsTheContract(open: () => Promise<Subject>, expected: Expected): void {
  let subject: Subject;
  let store: ObjectStore;

  beforeAll(async () => {
    subject = await open();
    store = subject.store;
  });

  afterAll(async () => {
    await subject.close();
  });

  describe('capabilities', () => {
    it('are found by trying, told in a sentence, and leave nothing behind', async () => {
      const found = await store.probe();
      expect(found).toMatchObject({ ...expected, conditionalGet: true });
      expect(found.note).toMatch(/^\w.{20,}/);
      expect(await listAll(store)).toEqual(new Map());
      expect([...(await subject.readOutside()).keys()]).toEqual([]);
    });
  });

  keepsAwkwardKeys(() => subject);
  readsWhatIsThere(() => subject);
  writesWhole(() => subject, expected);
  listsEverything(() => subject);
  removesExactly(() => subject, expected);
}

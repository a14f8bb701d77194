import { type KuvaError, toKuvaError } from '../image/failure.ts';
import { identityMark } from '../image/identity.ts';
import { markedKey } from '../image/outputKey.ts';
import type { Attempt, Settlement } from '../ledger/contract/attempt.ts';
import type { ObjectStore, ObjectVersion } from '../store/contract.ts';
import type { ImageEnd } from './event.ts';
import { noteOf } from './failureNote.ts';
import { Hold } from './hold.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';
import { growingPause } from './pause.ts';
import { placeOutput } from './placeOutput.ts';
import { readInput } from './readInput.ts';
import { takeRoom } from './budgets.ts';

export type Settle = (settlement: Settlement) => Promise<'settled' | 'lost'>;

interface Move {
  readonly parts: PipelineParts;
  /** The place for rejected inputs. */
  readonly store: ObjectStore;
  readonly attempt: Attempt;
  /** Why it was rejected. */
  readonly failure: KuvaError;
  readonly settle: Settle;
  readonly stop: AbortSignal;
}

/** Copies a rejected input to the place for such, writes down where, and only then removes it from the input bucket. */
export async function moveAside({ parts, store, attempt, failure, settle, stop }: Move): Promise<ImageEnd> {
  const { image } = attempt;
  const hold = new Hold(parts, attempt);
  try {
    // Rejected for its size alone: it is not pulled through memory to be moved.
    if (attempt.size > parts.maxInputBytes) {
      await settle({ state: 'rejected', failure: noteOf(failure) });
      return { kind: 'rejected', image, failure };
    }
    const patience = { outages: parts.outages, clock: parts.clock, signal: parts.ending, limit: 30_000 };
    const lease = await takeRoom(parts.budgets, attempt.size, stop);
    let read: ObjectVersion;
    let moved: ObjectVersion;
    try {
      const source = await patiently(
        () => readInput(parts.input, { id: attempt.imageId, ...attempt }, stop),
        {
          ...patience,
          resource: 'reading',
          subject: image.key,
        },
      );
      read = source.version;
      moved = await patiently(
        () =>
          placeOutput({
            store,
            bytes: source.bytes,
            sha256: source.sha256,
            contentType: 'application/octet-stream',
            granted: { key: image.key },
            wantedKey: image.key,
            markedKey: markedKey(image.key, identityMark(image)),
            conflict: 'keep-both',
            share: false,
            counts: () => hold.ask(),
            signal: stop,
          }),
        { ...patience, resource: 'rejected' },
      );
    } finally {
      lease.release();
    }
    await parts.at?.('rejected.copied');
    const movedTo = `${store.url}/${moved.key}`;
    if ((await settle({ state: 'rejected', failure: noteOf(failure), movedTo })) === 'lost')
      return { kind: 'lost', image };
    await parts.at?.('rejected.settled');
    const remove = async (): Promise<unknown> => {
      await hold.check();
      return parts.input.delete(read, stop);
    };
    await patiently(remove, { ...patience, resource: 'removal', subject: image.key });
    await parts.at?.('rejected.removed');
    return { kind: 'rejected', image, failure };
  } catch (thrown) {
    const trouble = toKuvaError(thrown);
    if (trouble.code === 'lease-lost') return { kind: 'lost', image };
    // The move did not succeed: that is what the image now waits for. Its own fault is found again next time.
    const wait = {
      state: 'postponed',
      failure: noteOf(trouble),
      delayMs: growingPause(4, 1_000, 60_000, parts.clock.random()),
    } as const;
    const state =
      trouble.retry === 'gone' ? ({ state: 'superseded', failure: noteOf(trouble) } as const) : wait;
    const settled = await settle(state);
    return settled === 'lost' ? { kind: 'lost', image } : { kind: state.state, image, failure: trouble };
  }
}

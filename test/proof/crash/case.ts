/** What has to be arranged so that a worker passes a point. A new point does not compile until it is said here. */
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import type { World } from './world.ts';

export interface Arrangement {
  /** Rejected inputs are moved to a place for such. */
  readonly moveRejected?: true;
  /** Inputs that are done are moved to a place for such. */
  readonly movesDone?: true;
  /** The recipe is chosen by what the image holds. */
  readonly chooses?: true;
  /** Another worker is killed there first, and leaves something to mend. */
  readonly after?: CrashPoint;
  /** Not on an image's way in this pipeline: killed in `stores.test.ts`, in the store alone. */
  readonly storeOnly?: true;
  /** Which passings are tried; the first alone when left out. */
  readonly passings?: readonly number[];
}

const usual: Arrangement = {};
const outputs: Arrangement = { passings: [1, 2, 3] };
const rejection: Arrangement = { moveRejected: true };
const mending: Arrangement = { after: 'folder.taken-aside' };

export const arrangements: Readonly<Record<CrashPoint, Arrangement>> = {
  listed: usual,
  queued: usual,
  'job-taken': usual,
  begun: usual,
  read: usual,
  'keys-granted': { chooses: true },
  transformed: usual,
  'output-due': outputs,
  'folder.file-created': usual,
  'folder.file-written': usual,
  'folder.file-dated': usual,
  'folder.file-synced': usual,
  'folder.parent-made': usual,
  'folder.file-linked': usual,
  'folder.file-named': usual,
  'folder.file-replaced': { storeOnly: true },
  'folder.name-synced': usual,
  's3.upload-begun': { storeOnly: true },
  's3.part-sent': { storeOnly: true },
  's3.parts-sent': { storeOnly: true },
  's3.upload-completed': { storeOnly: true },
  'output-placed': outputs,
  'input-archived': { movesDone: true },
  recorded: usual,
  's3.compared': usual,
  'folder.unchanged': usual,
  'folder.taken-aside': usual,
  'folder.compared': usual,
  'folder.file-removed': usual,
  'folder.removal-synced': usual,
  'input-removed': usual,
  done: usual,
  'job-over': usual,
  'folder.linked-back': mending,
  'folder.put-back': mending,
  'rejected.copied': rejection,
  'rejected.settled': rejection,
  'rejected.removed': rejection,
  'attempt-settled': usual,
  'folder.leftovers-claimed': mending,
  'folder.leftover-dropped': { after: 'folder.file-written' },
  'folder.leftovers-mended': mending,
};

/**
 * A handful: pictures in folders and beside, one broken. A moved one may end as `superseded`: a pass that is under way
 * between the settling and the removal sees it once more, and finds it gone. Its copy has to be there all the same.
 */
export async function putHandful(world: World, moveRejected: boolean): Promise<void> {
  await world.put('a broken one.png', 'broken', moveRejected ? ['rejected', 'superseded'] : 'rejected');
  for (let number = 1; number <= 6; number += 1) {
    await world.put(`${number % 2 === 0 ? `day ${number}/` : ''}b${number}.png`, number, 'done');
  }
}

/** Goes on putting images in, whole and broken, until something has happened: nobody can take them all away. */
export async function putMoreUntil(
  world: World,
  moveRejected: boolean,
  over: Promise<unknown>,
): Promise<void> {
  const ended = new AbortController();
  void over.then(() => {
    ended.abort();
  });
  for (let number = 100; !ended.signal.aborted && number < 200; number += 4) {
    await world.put(`a ${number}.png`, 'broken', moveRejected ? ['rejected', 'superseded'] : 'rejected');
    for (let more = 0; more < 4; more += 1)
      await world.put(`more ${number}/${more}.png`, number + more, 'done');
    await Promise.race([over, new Promise((wake) => setTimeout(wake, 500))]);
  }
}

/**
 * The moments between two effects on an image's way, by name and in its order: where a kill leaves the world in a
 * state of its own. The parts pass each one by calling `at`, which does nothing in the program; the tests' worker dies
 * there. `test/proof/crash/` kills at every point of this list, and does not compile when one is new to it.
 */
const point = <Name extends string>(name: Name, store: 'any' | 'folder' | 's3', text: string) =>
  ({ name, store, text }) as const;

/** `store`: where the point is passed. `text`: what has just happened. */
export const crashPoints = [
  // Discovery.
  point('listed', 'any', 'a page of the input bucket was listed, nothing of it queued'),
  point('queued', 'any', 'the new images of a page were queued'),
  // An image that can be done.
  point('job-taken', 'any', 'a worker has its job, and has not begun'),
  point('begun', 'any', 'an attempt was begun in the ledger'),
  point('read', 'any', 'the input was read'),
  point(
    'keys-granted',
    'any',
    'its recipe was chosen by what it holds, and the keys of its outputs were granted',
  ),
  point('transformed', 'any', 'all outputs were made, in memory'),
  point('output-due', 'any', 'an output is about to be written; others may be there already'),
  point('folder.file-created', 'folder', 'an empty file was made beside'),
  point('folder.file-written', 'folder', 'the bytes were written to the file beside'),
  point('folder.file-dated', 'folder', 'the file beside was given its time'),
  point('folder.file-synced', 'folder', 'the file beside was synced to disk'),
  point('folder.parent-made', 'folder', 'a folder that the name needs was made'),
  point('folder.file-linked', 'folder', 'the file has its name, and still the one beside'),
  point('folder.file-named', 'folder', 'the file has its name alone'),
  point('folder.file-replaced', 'folder', 'the file has taken the place of an earlier one'),
  point('folder.name-synced', 'folder', 'the name was synced to disk'),
  point('s3.upload-begun', 's3', 'an upload in parts was begun'),
  point('s3.part-sent', 's3', 'a part was sent'),
  point('s3.parts-sent', 's3', 'all parts were sent, the upload is not complete'),
  point('s3.upload-completed', 's3', 'the upload is complete'),
  point('output-placed', 'any', 'an output lies in the output bucket; others may not'),
  point('input-archived', 'any', 'the input was copied to the place for inputs that are done'),
  point('recorded', 'any', 'the records of all outputs were committed'),
  point(
    's3.compared',
    's3',
    'the input is known to be the one that was read, by a look or by its age; DELETE comes next',
  ),
  point('folder.unchanged', 'folder', 'the input was looked at and found unchanged; it is taken aside next'),
  point('folder.taken-aside', 'folder', 'the input was taken aside'),
  point('folder.compared', 'folder', 'the input taken aside was found to be the one that was read'),
  point('folder.file-removed', 'folder', 'the input taken aside was removed'),
  point('folder.removal-synced', 'folder', 'the removal was synced to disk'),
  point('input-removed', 'any', 'the input is gone'),
  point('done', 'any', 'the image was settled as done'),
  point('job-over', 'any', 'its job was taken from the queue'),
  // Another file was taken aside: its owner had replaced the input.
  point(
    'folder.linked-back',
    'folder',
    'a file that was taken aside has its name again, and still the one aside',
  ),
  point('folder.put-back', 'folder', 'a file that was taken aside is back'),
  // A rejected image that is moved.
  point('rejected.copied', 'any', 'a rejected input was copied to the place for such'),
  point('rejected.settled', 'any', 'the image was settled as rejected, with its new place'),
  point('rejected.removed', 'any', 'the rejected input was removed from the input bucket'),
  // All other ends of an attempt.
  point('attempt-settled', 'any', 'an attempt that did not succeed was settled'),
  // What the next process mends in a folder.
  point('folder.leftovers-claimed', 'folder', 'what a killed process left was claimed'),
  point('folder.leftover-dropped', 'folder', 'a half-written file of a killed process was removed'),
  point('folder.leftovers-mended', 'folder', 'nothing is left of what a killed process had under way'),
] as const;

export type CrashPoint = (typeof crashPoints)[number]['name'];

/** Called at each point; left out: nothing happens. */
export type At = (point: CrashPoint) => Promise<void>;

/**
 * The first numbers of our advisory locks, so that they meet nobody else's: four letters as an integer each. The
 * second number says which one: of a worker, of a pipeline, of a record.
 */
export const lockClasses = {
  /** "kuvw": held by a worker as long as it lives. */
  worker: 0x6b757677,
  /** "kuvl": held by the worker that discovers for a pipeline. */
  lead: 0x6b75766c,
  /** "kuvr": held while records are written. */
  records: 0x6b757672,
} as const;

/** What is handed to those who want to look at images: outside of the promise, and in nobody's way. */

export interface Picture {
  readonly bytes: Uint8Array;
  /** SHA-256, in hexadecimal. */
  readonly sha256: string;
}

/** An input, and the first output that was made of it. */
export interface Pictures {
  readonly imageId: bigint;
  readonly before: Picture;
  readonly after: Picture;
}

export interface PictureTaker {
  /**
   * Would it take such pictures now? Answers at once. Only then are the bytes kept until the records are committed.
   * @param bytes of both files
   */
  wants(bytes: number): boolean;
  /** Takes them, and whatever it does with them, the caller neither waits for it nor hears of it. */
  take(pictures: Pictures): void;
}

/** The pictures, if somebody wants them. Never throws: no image fails because nobody can look at it. */
export function wantedPictures(taker: PictureTaker | undefined, pictures: Pictures): Pictures | undefined {
  try {
    const { before, after } = pictures;
    return taker?.wants(before.bytes.length + after.bytes.length) === true ? pictures : undefined;
  } catch {
    return undefined;
  }
}

/** Hands them over once they are committed: what is shown was done. */
export function handOver(taker: PictureTaker | undefined, pictures: Pictures | undefined): void {
  if (pictures === undefined) return;
  try {
    taker?.take(pictures);
  } catch {
    // As above.
  }
}

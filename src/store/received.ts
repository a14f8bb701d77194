import { createHash } from 'node:crypto';
import { KuvaError } from '../image/failure.ts';
import { type ObjectKey, showKey } from '../image/key.ts';
import type { ReceiveOptions } from './contract.ts';

/** Counts and hashes what comes, and says at the end whether it is what the sender meant. */
export class Received {
  readonly #hash = createHash('sha256');
  #size = 0;

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#size += piece.length;
  }

  /**
   * @returns the SHA-256 of all that came
   * @throws KuvaError `store-corrupted`
   */
  end(key: ObjectKey, { size, sha256 }: ReceiveOptions['expected']): string {
    const found = this.#hash.digest('hex');
    const fault =
      size !== undefined && size !== this.#size
        ? `${this.#size} of ${size} bytes of ${showKey(key)} came`
        : sha256 !== undefined && sha256 !== found
          ? `The bytes of ${showKey(key)} that came have the SHA-256 ${found}, not the one that was announced`
          : undefined;
    if (fault === undefined) return found;
    throw new KuvaError('store-corrupted', {
      what: fault,
      data: 'Nothing was written.',
      remedy: 'Send it again; if it happens again, look at the file and at what lies between.',
    });
  }
}

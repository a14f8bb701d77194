import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Secret } from '../image/secret.ts';
import { Sessions } from './sessions.ts';

/** Milliseconds in which wrong tokens are counted. */
const window = 60_000;
/** Wrong tokens in that time: of one address, and of all together. */
const mostOfOne = 10;
const mostOfAll = 100;

/** Compares tokens, and no more than a few of them: guessing one takes longer than the world is old. */
export class SignIn {
  readonly sessions: Sessions;
  readonly #token: Buffer;
  readonly #now: () => number;
  #failures: { readonly from: string; readonly at: number }[] = [];

  constructor(token: Secret, now: () => number = () => Date.now()) {
    this.#token = digest(token.reveal());
    this.#now = now;
    this.sessions = new Sessions(now);
  }

  /**
   * Milliseconds that this address has to wait before its next token is looked at; 0: none.
   * All addresses together only stand in the way of new sessions: a stranger must not lock out the machines that ask
   * for metrics.
   */
  wait(address: string | undefined, together: boolean): number {
    const now = this.#now();
    this.#failures = this.#failures.filter(({ at }) => now - at < window);
    const own = this.#failures.filter(({ from }) => from === network(address));
    const [oldest] =
      own.length >= mostOfOne ? own : together && this.#failures.length >= mostOfAll ? this.#failures : [];
    return oldest === undefined ? 0 : oldest.at + window - now;
  }

  /** Is this the token? In constant time; a wrong one is remembered. Ask {@link wait} before. */
  accepts(given: string, address: string | undefined): boolean {
    if (timingSafeEqual(digest(given), this.#token)) return true;
    this.#failures.push({ from: network(address), at: this.#now() });
    if (this.#failures.length > 10 * mostOfAll) this.#failures.shift();
    return false;
  }
}

/** Who has one address of IPv6 has its whole /64. */
function network(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Hashes have one length, whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

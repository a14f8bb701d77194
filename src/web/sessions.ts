import { createHash, randomBytes } from 'node:crypto';

/** The cookie that bears a session's name: a number by chance, never the token. */
export const sessionCookie = 'kuva_session';

/** Milliseconds. */
const longest = 7 * 24 * 60 * 60_000;
const longestIdle = 12 * 60 * 60_000;
const mostSessions = 200;

interface Session {
  readonly begun: number;
  used: number;
}

/** Who has given the token and needs not give it again, in the memory of this process alone. */
export class Sessions {
  readonly #now: () => number;
  /** By a hash, so that finding one takes as long whatever the name. Least recently used first. */
  readonly #sessions = new Map<string, Session>();

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** @returns its name, 256 bits by chance */
  begin(): string {
    const id = randomBytes(32).toString('base64url');
    const now = this.#now();
    this.#sessions.set(hashed(id), { begun: now, used: now });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= mostSessions) break;
      this.#sessions.delete(oldest);
    }
    return id;
  }

  knows(id: string | undefined): boolean {
    if (id === undefined) return false;
    const key = hashed(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return false;
    this.#sessions.delete(key);
    const now = this.#now();
    if (now - session.begun > longest || now - session.used > longestIdle) return false;
    session.used = now;
    this.#sessions.set(key, session);
    return true;
  }

  end(id: string): void {
    this.#sessions.delete(hashed(id));
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}

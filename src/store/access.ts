import type { KuvaError } from '../image/failure.ts';
import type { Access, ObjectStore } from './contract.ts';

/** What came of trying one right. */
export interface AccessCheck {
  readonly access: Access;
  readonly allowed: boolean;
  /** What was tried, for `doctor`: "listed the bucket", "wrote a scratch object". */
  readonly tried: string;
  /** Why not, with a remedy. Absent when allowed. */
  readonly failure?: KuvaError;
}

/** A store that can also tell, by trying, what it is allowed to do. */
export interface CheckedStore extends ObjectStore {
  /**
   * Tries each right by effect, on scratch objects alone. Throws nothing but an abort: a bucket that is missing
   * or a server that does not answer is the `failure` of each check.
   */
  checkAccess(needs: readonly Access[], signal?: AbortSignal): Promise<AccessCheck[]>;
}

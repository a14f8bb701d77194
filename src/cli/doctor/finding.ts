import type { KuvaError } from '../../image/failure.ts';

/** One check of `kuva doctor`, by name, with what it found and how to mend it. */
export interface Finding {
  /** What was checked, e.g. "output bucket: write". */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was found, in one sentence. */
  readonly says: string;
  /** What to do. Given whenever something is not as it should be. */
  readonly remedy?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });

export const warning = (check: string, says: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  says,
  remedy,
});

/** A check that failed, in the words of the failure itself. */
export function failed(check: string, failure: KuvaError): Finding {
  return {
    check,
    state: 'failed',
    says: failure.message,
    remedy: failure.remedy ?? failure.data ?? 'See `kuva help doctor`.',
  };
}

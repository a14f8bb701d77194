import type { KuvaError } from '../image/failure.ts';
import type { FailureNote } from '../ledger/contract/attempt.ts';

/** What the ledger keeps of a failure. */
export function noteOf(failure: KuvaError): FailureNote {
  return {
    code: failure.code,
    what: failure.message,
    ...(failure.remedy !== undefined && { remedy: failure.remedy }),
  };
}

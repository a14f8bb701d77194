import { type FailureCode, KuvaError } from '../../image/failure.ts';
import type { Refusal } from './refusal.ts';

interface Meaning {
  readonly failure: FailureCode;
  readonly what: string;
  readonly remedy: string;
}

const means = (failure: FailureCode, what: string, remedy: string): Meaning => ({ failure, what, remedy });

const quota = means(
  'cloud-quota',
  "the project's quota is used up",
  'Delete what is not needed any more, ask for less, or ask those who run the cloud for a larger quota.',
);
const busy = means(
  'cloud-busy',
  'it asks to slow down',
  'Wait a minute and run the command again: it goes on from what is there.',
);
const unwell = means(
  'cloud-unreachable',
  'it has a fault of its own',
  "Wait a few minutes and run the command again: it goes on from what is there. The provider's status page may say more.",
);
const missing = means(
  'cloud-missing',
  'there is no such thing, or it belongs to another project',
  'Check the name and the project; `kuva cloud status` shows what is there.',
);
const denied = means(
  'cloud-denied',
  'this user may not do that',
  'Ask the owner of the project for the role, or use another login.',
);

/** What a refusal means. Where a status has several meanings, the service's own word or sentence tells them apart. */
function meaningOf({ status, kind, message }: Refusal, waits: boolean): Meaning {
  // Nova says 403, Neutron 409, Trove 413; a 413 or 403 with a Retry-After is an older cloud's "slow down".
  if (status === 429 || (status === 413 && waits)) return busy;
  if (kind === 'OverQuota' || /quota exceeded/i.test(message)) return quota;
  if (kind === 'overLimit') {
    return means(
      'cloud-quota',
      'it is more than this cloud allows',
      'Ask for less in `cloud:` of kuva.yaml.',
    );
  }
  if (/delegated tokens cannot/i.test(message)) {
    return means(
      'cloud-denied',
      'an application credential may not make or read S3 keys, not even an unrestricted one',
      'Use a login with a password for S3 keys, or give kuva S3 keys that exist (AWS_ACCESS_KEY_ID, ~/.aws, ~/.s3cfg).',
    );
  }
  if (status === 401) {
    return means(
      'cloud-denied',
      'it does not accept the login',
      'Check the login in clouds.yaml, and the project.',
    );
  }
  if (status === 403) return denied;
  if (status === 404 || status === 410) return missing;
  if (status === 406) {
    return means(
      'cloud-protocol',
      'it does not know this version of its API',
      'Please report it together with the name of the cloud.',
    );
  }
  if (status === 409 || status === 422) {
    return means(
      'cloud-conflict',
      'it is not in a state for that',
      'Wait until what is going on there has ended, and run the command again: it goes on from what is there.',
    );
  }
  if (status === 503) return busy;
  if (status >= 500) return unwell;
  return means(
    'cloud-refused',
    'it does not take such a request',
    'Check the values in `cloud:` of kuva.yaml.',
  );
}

/** A service said no. */
export class CloudRefused extends KuvaError {
  readonly refusal: Refusal;

  /** @param waits the answer had a Retry-After */
  constructor(refusal: Refusal, doing: string, waits = false) {
    const { failure, what, remedy } = meaningOf(refusal, waits);
    const said = refusal.message === '' ? '' : `: “${refusal.message}”`;
    const words = [`HTTP ${refusal.status}`, refusal.kind].filter(Boolean).join(', ');
    super(failure, { what: `The cloud refused ${doing}: ${what} (${words})${said}`, remedy });
    this.refusal = refusal;
  }
}

/**
 * What can go wrong, as one list.
 *
 * Every error that leaves a part of the system is a {@link KuvaError} with one of these codes. The code decides
 * what happens to the image: nothing else in the program asks what an error "means".
 */

/**
 * Can trying again help?
 * - `never`: the same input fails the same way for ever. The image is rejected, or the program stops.
 * - `limited`: perhaps. It costs the image one of its attempts; after the last one the image has failed.
 * - `patient`: the world around is at fault (a server, a network, a right, a full disk). Wait and go on when it
 *   ends, however long that takes; the image is not blamed.
 * - `gone`: the image was replaced or removed by its owner. There is nothing left to do for this one.
 */
export type Retry = 'never' | 'limited' | 'patient' | 'gone';

/** Which exit code a command ends with when this error ends it; see `docs/cli.md`. */
export type Exit = 'failure' | 'usage' | 'config' | 'unavailable' | 'incomplete';

interface FailureKind {
  readonly retry: Retry;
  readonly exit: Exit;
  /** A few plain words, for tables and counts. */
  readonly title: string;
}

const kind = (retry: Retry, exit: Exit, title: string): FailureKind => ({ retry, exit, title });

/** Every failure code. Codes are stable: scripts, dashboards and the ledger's rows refer to them. */
export const failureKinds = {
  // An object's name.
  'key-invalid': kind('never', 'usage', 'unusable object name'),
  'output-key-too-long': kind('never', 'failure', 'output name too long'),
  'output-key-taken': kind('never', 'failure', 'output name belongs to another image'),

  // The image itself.
  'not-an-image': kind('never', 'failure', 'not an image'),
  'format-unsupported': kind('never', 'failure', 'image format not supported'),
  'image-damaged': kind('never', 'failure', 'image damaged or cut short'),
  'image-too-large': kind('never', 'failure', 'image larger than the limits'),
  'step-impossible': kind('never', 'failure', 'recipe does not fit this image'),
  'transform-timeout': kind('limited', 'failure', 'image took too long'),
  'transform-crashed': kind('limited', 'failure', 'image crashed its worker'),
  'transform-failed': kind('limited', 'failure', 'transforming failed'),
  'skipped-by-rule': kind('never', 'failure', 'left alone by a rule'),
  'step-failed': kind('limited', 'failure', 'own step failed'),
  'step-rejected': kind('never', 'failure', 'rejected by an own step'),
  'step-unavailable': kind('patient', 'config', 'own step cannot be run'),
  'decoder-unavailable': kind('patient', 'unavailable', 'image decoder does not start'),

  // The object stores.
  'object-missing': kind('gone', 'failure', 'object is no longer there'),
  'object-changed': kind('gone', 'failure', 'object was replaced'),
  'object-exists': kind('limited', 'failure', 'another object has that name'),
  'store-unreachable': kind('patient', 'unavailable', 'object store does not answer'),
  'store-busy': kind('patient', 'unavailable', 'object store asks to slow down'),
  'store-denied': kind('patient', 'unavailable', 'object store refuses access'),
  'store-full': kind('patient', 'unavailable', 'object store is full or over its quota'),
  'store-readonly': kind('patient', 'unavailable', 'object store takes no writes'),
  'bucket-missing': kind('patient', 'unavailable', 'bucket does not exist'),
  'store-protocol': kind('limited', 'failure', 'object store gave an answer that makes no sense'),
  'store-corrupted': kind('limited', 'failure', 'bytes were damaged on the way'),

  // The database.
  'database-unreachable': kind('patient', 'unavailable', 'database does not answer'),
  'database-denied': kind('patient', 'unavailable', 'database refuses access'),
  'database-readonly': kind('patient', 'unavailable', 'database takes no writes'),
  'database-full': kind('patient', 'unavailable', 'database is full'),
  'database-busy': kind('patient', 'unavailable', 'database has no free connection'),
  'database-schema': kind('never', 'config', 'database schema does not fit this version'),
  'database-pooled': kind('never', 'config', 'database is behind a pooler that shares sessions'),
  'database-failed': kind('limited', 'failure', 'database refused a statement'),
  'lease-lost': kind('gone', 'failure', 'another worker has taken this image over'),

  // The embedded database.
  'platform-unsupported': kind('never', 'config', 'no embedded database for this platform'),
  'folder-unusable': kind('never', 'config', 'folder cannot be used'),
  'embedded-failed': kind('never', 'failure', 'embedded database did not start'),

  // The clouds on which machines are made.
  'cloud-unreachable': kind('patient', 'unavailable', 'cloud does not answer'),
  'cloud-busy': kind('patient', 'unavailable', 'cloud asks to slow down'),
  'cloud-denied': kind('patient', 'unavailable', 'cloud refuses access'),
  'cloud-service-missing': kind('never', 'config', 'cloud has no such service'),
  'cloud-quota': kind('never', 'failure', 'quota of the cloud is used up'),
  'cloud-missing': kind('never', 'failure', 'cloud has no such thing'),
  'cloud-conflict': kind('limited', 'failure', 'something else in the cloud is in the way'),
  'cloud-refused': kind('never', 'failure', 'cloud refuses such a request'),
  'cloud-failed': kind('never', 'failure', 'cloud could not make it'),
  'cloud-timeout': kind('limited', 'unavailable', 'cloud took too long'),
  'cloud-protocol': kind('limited', 'failure', 'cloud gave an answer that makes no sense'),

  // Configuration and use.
  'config-missing': kind('never', 'config', 'no configuration'),
  'config-invalid': kind('never', 'config', 'configuration has a mistake'),
  'secret-missing': kind('never', 'config', 'no credentials found'),
  'usage-invalid': kind('never', 'usage', 'command not understood'),
  'checks-failed': kind('never', 'failure', 'some checks failed'),
  'alert-failed': kind('limited', 'failure', 'alert could not be sent'),

  // Machines in a cloud.
  'secrets-exposed': kind('never', 'config', 'secrets are open to other users'),
  'vm-unreachable': kind('patient', 'unavailable', 'machine does not answer'),
  'vm-not-proven': kind('never', 'failure', 'machine does not prove to be ours'),
  'vm-failed': kind('limited', 'failure', 'machine does not get ready'),
  'self-test-failed': kind('limited', 'failure', 'test image did not come through'),

  interrupted: kind('patient', 'incomplete', 'stopped before the end'),
  internal: kind('limited', 'failure', 'a fault in kuva itself'),
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failureKinds;

export interface FailureText {
  /** What happened, and to what, in one sentence without a full stop. */
  readonly what: string;
  /** What it means for the user's data: is anything lost, changed, waiting? */
  readonly data?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** An error that a person can act on. `message` is its `what`; print the rest with {@link describeFailure}. */
export class KuvaError extends Error {
  override readonly name = 'KuvaError';
  readonly code: FailureCode;
  readonly data: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: FailureCode, text: FailureText) {
    super(text.what, text.cause === undefined ? undefined : { cause: text.cause });
    this.code = code;
    this.data = text.data;
    this.remedy = text.remedy;
  }

  get retry(): Retry {
    return failureKinds[this.code].retry;
  }
}

/** Turns whatever was thrown into a {@link KuvaError}; a stranger becomes `internal` with the stranger as its cause. */
export function toKuvaError(thrown: unknown): KuvaError {
  if (thrown instanceof KuvaError) return thrown;
  return new KuvaError('internal', {
    what: `Something unexpected happened in kuva: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    data: 'Nothing was deleted because of it.',
    remedy: 'Please report it together with the log lines around it.',
    cause: thrown,
  });
}

/** What happened, what it means for the data, what to do: one line each, in that order. */
export function describeFailure(error: KuvaError): string[] {
  return [error.message, error.data, error.remedy].filter((line) => line !== undefined);
}

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(failureKinds, text);
}

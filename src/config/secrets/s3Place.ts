/** What one place that people keep S3 credentials in had to say. */
import type { Secret } from '../../image/secret.ts';

export interface Found<T> {
  readonly value: T;
  /** Where it was found, for people: "env AWS_REGION", "~/.s3cfg". */
  readonly origin: string;
}

export interface S3Keys {
  readonly accessKeyId: Found<string>;
  readonly secretAccessKey: Found<Secret>;
  readonly sessionToken?: Found<Secret>;
}

export interface S3Place {
  /** Its name, for "looked at …" and "… is used": "~/.aws profile default". */
  readonly name: string;
  /** Undefined when it has none, or only half of a pair. */
  readonly keys?: S3Keys;
  readonly endpoint?: Found<string>;
  readonly region?: Found<string>;
  /** Why there are no keys: "not there", "has no secret key". */
  readonly lacks?: string;
}

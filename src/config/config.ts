/** The configuration in force: everything resolved, every default filled in. */
import type { CloudConfig } from '../cloud/config.ts';
import type { Recipe } from '../image/recipe.ts';
import type { Secret } from '../image/secret.ts';
import type { DatabaseConnection } from '../ledger/config.ts';
import type { Rule } from '../pipeline/choose/choose.ts';
import type { WorkerConfig } from '../pipeline/config.ts';
import type { Limits } from '../transform/limits.ts';
import type { ListenAddress } from '../web/listen.ts';
import type { LogConfig } from './schema.ts';

export interface KuvaConfig {
  /** Absolute path of the file that was read; absent when there is none. */
  readonly file?: string;
  readonly pipeline: string;
  readonly input: Place;
  readonly output: Place;
  /** Patterns for keys that are looked at, and that are not. */
  readonly wanted: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
  /** What becomes of inputs that are done. */
  readonly done: 'delete' | 'keep' | { readonly move: Place };
  readonly rejected: { readonly move?: Place };
  readonly database: DatabaseChoice;
  /** Absolute path of the folder for the embedded parts. */
  readonly data: string;
  readonly recipe: Recipe;
  /** Empty: every image gets `recipe`. */
  readonly choose: readonly Rule[];
  readonly conflict: 'keep-both' | 'replace' | 'reject';
  readonly limits: Limits;
  readonly worker: WorkerConfig;
  readonly log: LogConfig;
  readonly http: HttpChoice;
  readonly alerts: AlertsChoice;
  /** Left out: the object store pushes nothing. */
  readonly events?: EventsChoice;
  /** Of the common `s3` block, where keys are missing: for `kuva cloud`, which may make them. */
  readonly s3Endpoint?: string;
  /** What `kuva cloud` makes; left out: its defaults. */
  readonly cloud?: CloudConfig;
}

/** How the object store tells a worker of new objects. */
export interface EventsChoice {
  /** Under which it reaches a worker, without the path that events go to. */
  readonly url: URL;
  /** What each event must bear. */
  readonly secret: Secret;
  /** Milliseconds between two looks into the bucket at most. */
  readonly poll: number;
}

/** Who is told when something needs a person. */
export interface AlertsChoice {
  /** A program and its arguments. */
  readonly command?: readonly string[];
  readonly webHook?: WebHookChoice;
  /** Milliseconds, all three. */
  readonly interval: number;
  readonly stalled: number;
  readonly outage: number;
}

export interface WebHookChoice {
  /** May be a secret itself. */
  readonly url: URL;
  readonly secret?: Secret;
  readonly header: string;
}

/** Where the dashboard, metrics and health are served. */
export interface HttpChoice {
  /** `auto`: on the usual port of this machine, if it is free and the command keeps going. */
  readonly listen: 'auto' | 'off' | ListenAddress;
  readonly token?: Secret;
  /** Do workers serve the dashboard there? */
  readonly dashboard: boolean;
  /** It shows, and changes nothing. */
  readonly readOnly: boolean;
  /** Images of which small pictures are kept; 0: none. */
  readonly previews: number;
}

/** A bucket, and how to get at it. */
export type Place = FolderPlace | S3BucketPlace;

export interface FolderPlace {
  readonly kind: 'folder';
  /** Absolute. */
  readonly path: string;
  /** `file:///…` */
  readonly url: string;
}

export interface S3BucketPlace {
  readonly kind: 's3';
  readonly bucket: string;
  /** `s3://bucket` */
  readonly url: string;
  readonly connection: S3Login;
}

export interface S3Login {
  readonly endpoint: URL;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
}

export type DatabaseChoice =
  | { readonly kind: 'embedded' /** Absolute path of its folder. */; readonly folder: string }
  | { readonly kind: 'server'; readonly connection: DatabaseConnection };

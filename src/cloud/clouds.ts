import type { CloudSecrets, S3Keys } from './secrets/cloudSecrets.ts';
import type { ComputeService } from './services/compute/compute.ts';
import type { DatabaseService } from './services/database/database.ts';
import type { Ec2Service } from './services/identity/ec2.ts';
import type { ImageService } from './services/image/images.ts';
import type { NetworkService } from './services/network/network.ts';
import type { SecurityGroupService } from './services/network/securityGroups.ts';
import type { CloudClock } from './session/clock.ts';

/** Everything that a plan is read from and carried out with. */
export interface Clouds {
  readonly compute: ComputeService;
  readonly images: ImageService;
  readonly network: NetworkService;
  readonly groups: SecurityGroupService;
  readonly databases: DatabaseService;
  readonly ec2: Ec2Service;
  readonly buckets: Buckets;
  readonly secrets: CloudSecrets;
  readonly clock: CloudClock;
}

/** The object store, through the code that the pipeline reads it with; handed in, as no cloud is needed for it. */
export interface Buckets {
  /** The server, for people. */
  readonly endpoint: string;
  /** Keys that the configuration has. */
  readonly given?: S3Keys;
  readonly look: (keys: S3Keys, bucket: string) => Promise<BucketLook>;
  /** Makes it with our mark. One that is there and is the project's own is fine. */
  readonly create: (keys: S3Keys, bucket: string, mark: string) => Promise<void>;
  /** @param withData its objects too; else a bucket that is not empty is an error. One that is not there is fine */
  readonly remove: (keys: S3Keys, bucket: string, withData: boolean) => Promise<void>;
}

export type BucketLook =
  | { readonly state: 'absent' | 'foreign' }
  | { readonly state: 'present'; readonly empty: boolean /** Empty: no mark. */; readonly mark: string };

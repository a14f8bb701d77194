/** What is there, as far as it concerns one pipeline: read from the clouds, never from a file of ours. */

export interface Observed {
  readonly compute: ObservedCompute;
  readonly database: ObservedDatabases;
  readonly s3: ObservedS3;
  /** Of the secrets that a worker is given, as they are now; undefined while none was given. */
  readonly secretsMark?: string;
}

export interface ObservedCompute {
  /** The key of the wanted name. */
  readonly keypair?: {
    readonly name: string /** Is its other half in the private folder? */;
    readonly ours: boolean;
  };
  /** All with our mark, and those of the wanted name. */
  readonly groups: readonly ObservedGroup[];
  readonly machines: readonly ObservedMachine[];
  /** Those with our mark, and those on one of `machines`. */
  readonly floatingIps: readonly ObservedFloatingIp[];
  /** The address that machines without one of their own have outside. */
  readonly routerAddress?: string;
}

export interface ObservedGroup {
  readonly id: string;
  readonly name: string;
  readonly owned: boolean;
  readonly rules: readonly ObservedRule[];
}

export interface ObservedRule {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly protocol?: string;
  readonly ports?: { readonly from: number; readonly to: number };
  /** Undefined: from everywhere, or from members of a group. */
  readonly cidr?: string;
}

export interface ObservedMachine {
  readonly id: string;
  readonly name: string;
  readonly owned: boolean;
  readonly worker?: number;
  /** Nova's: BUILD, ACTIVE, SHUTOFF, ERROR and so on. */
  readonly status: string;
  readonly fault?: string;
  readonly created: Date;
  readonly flavor: string;
  readonly image?: string;
  readonly volume?: number;
  readonly keypair?: string;
  /** Of the secrets that its worker was given. */
  readonly secretsMark?: string;
  /** The revision of the worker that took its first image there. */
  readonly ready?: string;
  /** Names of its security groups. */
  readonly groups: readonly string[];
  readonly addresses: readonly string[];
}

export interface ObservedFloatingIp {
  readonly id: string;
  readonly address: string;
  readonly owned: boolean;
  readonly worker?: number;
  readonly created?: Date;
  /** The machine that it leads to. */
  readonly machine?: string;
  /** Does it lead anywhere at all? */
  readonly inUse: boolean;
}

export interface ObservedDatabases {
  /** Instances of the wanted name. */
  readonly instances: readonly ObservedInstance[];
}

export interface ObservedInstance {
  readonly id: string;
  readonly name: string;
  /** Trove has no place for a mark: ours is the one whose password is in the private folder. */
  readonly owned: boolean;
  readonly status: string;
  readonly operatingStatus: string;
  readonly fault?: string;
  readonly created: Date;
  readonly flavor: string;
  readonly size: number;
  readonly datastore: string;
  readonly version: string;
  readonly publicAddress?: string;
  readonly allowedCidrs: readonly string[];
}

export interface ObservedS3 {
  readonly endpoint: string;
  /**
   * `given`: the configuration has keys. `own`: made by kuva, in the private folder. `found`: keys of this project that
   * somebody made before. `none`: they must be made.
   */
  readonly keys: 'given' | 'own' | 'found' | 'none';
  readonly buckets: readonly ObservedBucket[];
}

export interface ObservedBucket {
  readonly name: string;
  /** `unknown`: there are no keys to ask with. */
  readonly state: 'absent' | 'present' | 'foreign' | 'unknown';
  readonly owned: boolean;
  readonly empty: boolean;
}

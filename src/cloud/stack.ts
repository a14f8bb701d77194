import { normalCidr } from './cidr.ts';
import type { Secret } from '../image/secret.ts';
import type { CloudConfig } from './config.ts';

/** What is wanted: everything that one pipeline needs in the clouds, by name. */
export interface Stack {
  /** The pipeline's name; what kuva makes for it bears its mark. */
  readonly pipeline: string;
  readonly compute: CloudConfig['compute'];
  readonly database: CloudConfig['database'];
  readonly workers: readonly Worker[];
  readonly buckets: readonly string[];
  /** CIDRs. */
  readonly sshFrom: readonly string[];
  /** False when `me` is wanted and not known: rules that are there stay then. */
  readonly sshKnown: boolean;
  /** Of what is installed on the machines: another one is installed anew. */
  readonly revision: string;
  /** What kuva.yaml names as `${NAME}`, for the machines. */
  readonly environment: ReadonlyMap<string, Secret>;
}

export interface Worker {
  /** From 1. */
  readonly number: number;
  readonly name: string;
}

export interface StackInput {
  readonly pipeline: string;
  readonly config: CloudConfig;
  readonly buckets: readonly string[];
  /** This machine's address as others see it, for `me`; undefined where it is not known. */
  readonly myAddress?: string | undefined;
  readonly revision: string;
  readonly environment?: ReadonlyMap<string, Secret>;
  /** Other than the configuration says, for `kuva cloud scale`. */
  readonly workers?: number | undefined;
}

/** The desired state. `me` without an address is left out: existing rules are kept then. */
export function stackOf(input: StackInput): Stack {
  const { pipeline, config, buckets, myAddress, revision, environment = new Map(), workers } = input;
  const { compute } = config;
  const database = {
    ...config.database,
    allowed_cidrs: config.database.allowed_cidrs.map((cidr) => normalCidr(cidr) ?? cidr),
  };
  const sshFrom = compute.ssh_from.flatMap((from) => {
    if (from !== 'me') return [normalCidr(from) ?? from];
    return myAddress === undefined ? [] : [`${myAddress}/32`];
  });
  return {
    pipeline,
    compute,
    database,
    workers: Array.from({ length: workers ?? compute.workers }, (_, at) => workerOf(at + 1, compute.name)),
    buckets: [...new Set(buckets)],
    sshFrom: [...new Set(sshFrom)],
    sshKnown: myAddress !== undefined || !compute.ssh_from.includes('me'),
    revision,
    environment,
  };
}

export function workerOf(number: number, name: string): Worker {
  return { number, name: number === 1 ? name : `${name}_${number}` };
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { refuseImpossible, survey, type Survey } from '../../../../src/cli/cloud/survey.ts';
import { carryOut } from '../../../../src/cloud/applying/carryOut.ts';
import { knownFrom, type ProveOrder, type Site } from '../../../../src/cloud/applying/site.ts';
import { applyPlan } from '../../../../src/cloud/apply.ts';
import type { Clouds } from '../../../../src/cloud/clouds.ts';
import { cloudSchema } from '../../../../src/cloud/config.ts';
import { observe } from '../../../../src/cloud/observe.ts';
import type { Observed } from '../../../../src/cloud/observed.ts';
import type { Plan } from '../../../../src/cloud/plan.ts';
import { openCloudSecrets, type S3Keys } from '../../../../src/cloud/secrets/cloudSecrets.ts';
import { openCompute } from '../../../../src/cloud/services/compute/compute.ts';
import { openDatabases } from '../../../../src/cloud/services/database/database.ts';
import { openEc2 } from '../../../../src/cloud/services/identity/ec2.ts';
import { openImages } from '../../../../src/cloud/services/image/images.ts';
import { openNetwork } from '../../../../src/cloud/services/network/network.ts';
import { openSecurityGroups } from '../../../../src/cloud/services/network/securityGroups.ts';
import { systemCloudClock } from '../../../../src/cloud/session/clock.ts';
import { openSession } from '../../../../src/cloud/session/session.ts';
import { type Stack, stackOf } from '../../../../src/cloud/stack.ts';
import { changes } from '../../../../src/cloud/step.ts';
import { leftovers, planDown, type TeardownOptions } from '../../../../src/cloud/teardown.ts';
import { createOwnedBucket, lookAtBucket, removeBucket } from '../../../../src/store/s3/ownedBucket.ts';
import type { S3Connection } from '../../../../src/store/s3/connection.ts';
import type { Bed } from './bed.ts';

/** A pipeline of its own on the real control planes: its names are nobody else's. */
export interface Stage {
  readonly name: string;
  readonly clouds: Clouds;
  /** Every machine whose worker was proved: no hypervisor here runs one. */
  readonly proved: ProveOrder[];
  readonly stack: (form?: StackForm) => Stack;
  readonly end: () => Promise<void>;
}

export interface StackForm {
  readonly workers?: number;
  readonly compute?: object;
  readonly database?: object;
  readonly buckets?: readonly string[];
}

export async function openStage(bed: Bed): Promise<Stage> {
  const name = `t${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'kuva-cloud-'));
  const clouds = await openClouds(bed, folder, name);
  return {
    name,
    clouds,
    proved: [],
    stack: (form = {}) => stackNamed(name, form),
    end: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function openClouds(
  { compute, database, s3Endpoint }: Bed,
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<Clouds> {
  const options = signal === undefined ? {} : { signal };
  const session = openSession(compute, options);
  const connect = ({ accessKeyId, secretAccessKey }: S3Keys): S3Connection => ({
    endpoint: s3Endpoint,
    region: 'us-east-1',
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
  });
  return {
    compute: openCompute(session),
    images: openImages(session),
    network: openNetwork(session),
    groups: openSecurityGroups(session),
    databases: openDatabases(openSession(database, options)),
    ec2: openEc2(session),
    buckets: {
      endpoint: s3Endpoint.origin,
      look: (keys, bucket) => lookAtBucket(connect(keys), bucket),
      create: (keys, bucket, mark) => createOwnedBucket(connect(keys), bucket, mark),
      remove: (keys, bucket, withData) => removeBucket(connect(keys), bucket, withData),
    },
    secrets: await openCloudSecrets(folder, name),
    clock: systemCloudClock,
  };
}

export function stackNamed(name: string, { workers, compute, database, buckets }: StackForm): Stack {
  return stackOf({
    pipeline: name,
    config: cloudSchema.parse({
      compute: {
        name: `${name}_vm`,
        keypair: `${name}_key`,
        security_group: `${name}_group`,
        ...compute,
      },
      database: { instance: `${name}_db`, ...database },
    }),
    buckets: buckets ?? [`${name}_input`, `${name}_output`],
    myAddress: '198.51.100.7',
    revision: 'r1',
    workers,
  });
}

export interface UpOptions {
  readonly clouds?: Clouds;
  readonly adopt?: boolean;
  readonly keepFailed?: boolean;
  readonly signal?: AbortSignal;
}

/** What `kuva cloud up` does. */
export async function up(stage: Stage, stack: Stack, options: UpOptions = {}): Promise<Survey> {
  const { clouds = stage.clouds, adopt = false } = options;
  const found = await survey({ clouds, stack }, adopt);
  refuseImpossible(found, clouds.secrets.folder);
  await apply(stage, stack, found.plan, found, options);
  return found;
}

export async function down(
  stage: Stage,
  stack: Stack,
  options: TeardownOptions,
  clouds = stage.clouds,
): Promise<string[]> {
  const observed = await observe(clouds, stack);
  const plan = planDown(stack, observed, options);
  await apply(stage, stack, plan, { observed }, { clouds });
  return leftovers(stack, await observe(clouds, stack), options);
}

async function apply(
  stage: Stage,
  stack: Stack,
  plan: Plan,
  { observed, choices }: { readonly observed: Observed; readonly choices?: Survey['choices'] },
  { clouds = stage.clouds, keepFailed = false, signal = new AbortController().signal }: UpOptions,
): Promise<void> {
  const site: Site = {
    clouds,
    stack,
    keepFailed,
    known: knownFrom(observed, stack),
    userData: () => Promise.resolve('#cloud-config\n'),
    drain: () => Promise.resolve(),
    prove: (order) => {
      stage.proved.push(order);
      return Promise.resolve();
    },
    ...(choices !== undefined && { choices }),
  };
  await applyPlan(plan, {
    carryOut: (step, context) => carryOut(site, step, context),
    tell: () => undefined,
    clock: () => performance.now(),
    signal,
  });
}

/** `action id` of every step that changes something. */
export function changesOf({ plan }: Survey): string[] {
  return plan.steps.filter(changes).map(({ action, id }) => `${action} ${id}`);
}

/** From the configuration to what is wanted in the clouds. */
import { createHash } from 'node:crypto';
import { type CloudConfig, cloudSchema } from '../../cloud/config.ts';
import { type Stack, stackOf } from '../../cloud/stack.ts';
import type { KuvaConfig, Place, S3BucketPlace } from '../../config/config.ts';
import { KuvaError } from '../../image/failure.ts';
import type { Secret } from '../../image/secret.ts';
import { readVersion } from '../version.ts';

/** The `cloud` block, or its defaults. */
export function cloudConfigOf({ cloud }: KuvaConfig): CloudConfig {
  return cloud ?? cloudSchema.parse({});
}

export interface StackChoice {
  readonly myAddress?: string | undefined;
  readonly workers?: number | undefined;
  readonly environment?: ReadonlyMap<string, Secret>;
}

/**
 * @throws KuvaError `config-invalid` when a place is a folder, which no machine in a cloud could reach, or when the buckets are
 * on several servers
 */
export function stackFor(config: KuvaConfig, choice: StackChoice): Stack {
  refuseOwnPrograms(config);
  return stackOf({
    pipeline: config.pipeline,
    config: cloudConfigOf(config),
    buckets: bucketsOf(config),
    revision: revisionOf(config),
    ...choice,
  });
}

/** Programs and modules of the user's own are not brought to machines. */
function refuseOwnPrograms({ recipe, choose }: KuvaConfig): void {
  const recipes = [recipe, ...choose.flatMap((rule) => (rule.recipe === 'skip' ? [] : [rule.recipe]))];
  const steps = recipes.flatMap(({ outputs }) => outputs).flatMap((output) => output.steps);
  const own = steps.find(({ step }) => step === 'command' || step === 'module');
  if (own === undefined) return;
  throw new KuvaError('config-invalid', {
    what: `The recipe has the step \`${own.step}\`, and \`kuva cloud\` brings no program or module of your own to machines`,
    data: 'Nothing was made.',
    remedy: 'Leave the step out, or run `kuva worker` on a machine that you set up yourself.',
  });
}

function bucketsOf({ input, output, rejected, done }: KuvaConfig): string[] {
  const places = [
    bucketOf(input, 'input'),
    bucketOf(output, 'output'),
    ...(rejected.move === undefined ? [] : [bucketOf(rejected.move, 'rejected: move')]),
    ...(typeof done === 'string' ? [] : [bucketOf(done.move, 'done: move')]),
  ];
  const servers = [...new Set(places.map(({ connection }) => connection.endpoint.origin))];
  if (servers.length > 1)
    throw new KuvaError('config-invalid', {
      what: `The buckets are on several servers (${servers.join(', ')}), and \`kuva cloud\` sets machines up for one`,
      data: 'Nothing was made.',
      remedy: 'Put all buckets on one server, or set the machines up by hand: docs/cloud-vm.md.',
    });
  return places.map(({ bucket }) => bucket);
}

function bucketOf(place: Place, setting: string): S3BucketPlace {
  if (place.kind === 's3') return place;
  throw new KuvaError('config-invalid', {
    what: `\`${setting}\` is the folder ${place.path}, which machines in a cloud cannot reach`,
    data: 'Nothing was made.',
    remedy: `Name a bucket in kuva.yaml: ${setting}: s3://${setting === 'input' ? 'input_bucket' : 'output_bucket'}. Bucket names are unique over all users of a service.`,
  });
}

/** What a worker is made of: this release, and what the configuration says of its work. Another one is installed anew. */
function revisionOf(config: KuvaConfig): string {
  const {
    pipeline,
    input,
    output,
    wanted,
    done,
    rejected,
    recipe,
    choose,
    conflict,
    limits,
    worker,
    alerts,
  } = config;
  const work = JSON.stringify([
    pipeline,
    input.url,
    output.url,
    wanted,
    typeof done === 'string' ? done : done.move.url,
    rejected.move?.url,
    recipe,
    choose,
    conflict,
    limits,
    worker,
    // Secrets show as stars there: `environment` has them.
    alerts,
  ]);
  return `${readVersion()}-${createHash('sha256').update(work).digest('hex').slice(0, 12)}`;
}

/** Opens the clouds that the configuration names, does something with them, and lets go of them again. */
import path from 'node:path';
import process from 'node:process';
import type { Clouds } from '../../cloud/clouds.ts';
import { type CloudSecrets, openCloudSecrets } from '../../cloud/secrets/cloudSecrets.ts';
import { openCompute } from '../../cloud/services/compute/compute.ts';
import { openDatabases } from '../../cloud/services/database/database.ts';
import { openEc2 } from '../../cloud/services/identity/ec2.ts';
import { openImages } from '../../cloud/services/image/images.ts';
import { openNetwork } from '../../cloud/services/network/network.ts';
import { openSecurityGroups } from '../../cloud/services/network/securityGroups.ts';
import { systemCloudClock } from '../../cloud/session/clock.ts';
import type { CloudLogin } from '../../cloud/session/login.ts';
import { type CloudSession, openSession } from '../../cloud/session/session.ts';
import type { Stack } from '../../cloud/stack.ts';
import type { KuvaConfig } from '../../config/config.ts';
import { inspectConfig } from '../../config/load.ts';
import { KuvaError } from '../../image/failure.ts';
import { listenForStop, type Stopping } from '../stopping.ts';
import { loadOptions, type SharedOptions } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import { wireBuckets } from './buckets.ts';
import { findLogins, type Logins } from './logins.ts';
import { secretsNamedIn } from './environment.ts';
import { findMyAddress } from './myAddress.ts';
import { cloudConfigOf, stackFor } from './stack.ts';

export interface OpenCloud {
  readonly config: KuvaConfig;
  /** kuva.yaml as it was written, for a machine that gets the same. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly stack: Stack;
  readonly clouds: Clouds;
  /** The same for a last look, which the first Ctrl-C does not end. */
  readonly lastLook: Clouds;
  readonly secrets: CloudSecrets;
  /** As `clouds.yaml` names them; undefined for the `OS_*` variables. */
  readonly names: {
    readonly compute?: string | undefined;
    readonly database?: string | undefined;
    readonly s3?: string | undefined;
  };
  readonly stopping: Stopping;
  /** Worth telling. */
  readonly notes: readonly string[];
}

export interface OpenOptions {
  /** Another number of machines than the configuration has. */
  readonly workers?: number;
}

export async function withCloud<T>(
  options: SharedOptions & OpenOptions,
  terminal: Terminal,
  action: (cloud: OpenCloud) => Promise<T>,
): Promise<T> {
  // Missing S3 keys are no problem here: `up` makes them.
  const { value: config, values, form } = inspectConfig(loadOptions(options));
  if (values.length > 1 && options.pipeline === undefined) throw severalPipelines(values);
  const { clouds: chosen, compute } = cloudConfigOf(config);
  const environment = secretsNamedIn(form);
  const stack = (myAddress?: string): Stack =>
    stackFor(config, { myAddress, workers: options.workers, environment });
  // Mistakes of the configuration before anybody is asked.
  stack();
  const logins = findLogins(chosen);
  const stopping = listenForStop(terminal);
  try {
    const wantsMe = compute.ssh_from.includes('me');
    const myAddress = wantsMe ? await findMyAddress(logins.compute.authUrl) : undefined;
    const secrets = await openCloudSecrets(privateFolder(config), config.pipeline);
    const unknown =
      wantsMe && myAddress === undefined
        ? [
            'Nobody tells which address this machine has outside, so that no SSH rule is made for it. Write it to `cloud: compute: ssh_from:`.',
          ]
        : [];
    return await action({
      config,
      form,
      stack: stack(myAddress),
      clouds: openClouds(config, logins, secrets, stopping.stop),
      lastLook: openClouds(config, logins, secrets, stopping.stopNow),
      secrets,
      names: {
        compute: chosen.compute ?? process.env['OS_CLOUD'],
        database: chosen.database ?? chosen.compute ?? process.env['OS_CLOUD'],
        s3: chosen.s3 ?? chosen.compute ?? process.env['OS_CLOUD'],
      },
      stopping,
      notes: [...logins.notes, ...unknown],
    });
  } finally {
    stopping.dispose();
  }
}

function severalPipelines(values: readonly KuvaConfig[]): KuvaError {
  return new KuvaError('usage-invalid', {
    what: `The file has ${values.length} pipelines, and machines are made for one of them at a time`,
    data: 'Nothing was made or changed.',
    remedy: `Name it: ${values.map(({ pipeline }) => `--pipeline ${pipeline}`).join(' or ')}. Each needs names of its own, under \`cloud:\` in its entry of the list.`,
  });
}

/** Beside the configuration file, one for each pipeline. */
export function privateFolder({ file, pipeline }: KuvaConfig): string {
  return path.join(file === undefined ? process.cwd() : path.dirname(file), 'kuva-cloud', pipeline);
}

function openClouds(config: KuvaConfig, logins: Logins, secrets: CloudSecrets, signal: AbortSignal): Clouds {
  const sessions = new Map<string, CloudSession>();
  const sessionOf = (login: CloudLogin): CloudSession => {
    const open = sessions.get(login.name) ?? openSession(login, { signal });
    sessions.set(login.name, open);
    return open;
  };
  const compute = sessionOf(logins.compute);
  return {
    compute: openCompute(compute),
    images: openImages(compute),
    network: openNetwork(compute),
    groups: openSecurityGroups(compute),
    databases: openDatabases(sessionOf(logins.database)),
    ec2: openEc2(sessionOf(logins.s3)),
    buckets: wireBuckets(config),
    secrets,
    clock: systemCloudClock,
  };
}

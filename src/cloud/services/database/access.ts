import { KuvaError } from '../../../image/failure.ts';
import { mergeCidrs, sameCidrs } from '../../cidr.ts';
import type { CloudSession } from '../../session/session.ts';
import { type Look, waitUntil } from '../../wait.ts';
import { type DatabaseInstance, publicAddressOf } from './answers.ts';
import type { DatabaseAccess } from './orders.ts';

/** As much of Trove as it takes. */
interface Instances {
  getInstance(id: string): Promise<DatabaseInstance | undefined>;
  putAccess(id: string, access: DatabaseAccess): Promise<void>;
}

export interface AccessChange {
  /** CIDRs of those who shall be able to connect, beside all who can already. */
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** Milliseconds; seen: 1–3 s. */
const limit = 300_000;
const every = 1000;

/**
 * Lets addresses in, or no longer, and leaves all others as they are: reads, merges, writes, and waits until the change
 * is in force. Does nothing where nothing is to change.
 * @throws KuvaError `cloud-missing`, `cloud-failed`, `cloud-timeout`, `interrupted`
 */
export async function changeAccess(
  service: Instances,
  { clock, signal }: Pick<CloudSession, 'clock' | 'signal'>,
  id: string,
  change: AccessChange,
): Promise<DatabaseInstance> {
  const wait = (what: string, look: (instance: DatabaseInstance) => boolean): Promise<DatabaseInstance> =>
    waitUntil({ what, limit, every, clock, signal }, async (): Promise<Look<DatabaseInstance>> => {
      const instance = await service.getInstance(id);
      if (instance === undefined) throw gone(id);
      if (instance.status === 'ERROR') throw failed(instance);
      if (isQuiet(instance) && look(instance)) return { found: instance };
      return { state: [instance.status, instance.operatingStatus].filter(Boolean).join(', ') };
    });

  // What somebody else has just begun would swallow our update.
  const before = await wait(`database ${id} to have nothing going on`, () => true);
  const wanted = mergeCidrs(before.allowedCidrs, change);
  const isReachable = publicAddressOf(before) !== undefined;
  if (isReachable && sameCidrs(before.allowedCidrs, wanted)) return before;
  await service.putAccess(id, { isPublic: true, allowedCidrs: wanted });
  return wait(
    `database ${before.name} to let in ${wanted.join(', ') || 'nobody'}`,
    (instance) => sameCidrs(instance.allowedCidrs, wanted) && publicAddressOf(instance) !== undefined,
  );
}

/** Nothing is going on: `status` alone reads ACTIVE all through an update. */
function isQuiet({ status, operatingStatus }: DatabaseInstance): boolean {
  return status === 'ACTIVE' && operatingStatus === 'HEALTHY';
}

function gone(id: string): KuvaError {
  return new KuvaError('cloud-missing', {
    what: `Database ${id} is not there any more`,
    data: 'Nothing was changed.',
    remedy: 'Run `kuva cloud plan` to see what is there.',
  });
}

function failed({ name, fault }: DatabaseInstance): KuvaError {
  return new KuvaError('cloud-failed', {
    what: `Database ${name} is in ERROR${fault === undefined ? '' : `: ${fault}`}`,
    data: 'It costs what it costs until it is deleted.',
    remedy: 'Tell those who run the cloud, or delete it and let kuva make another.',
  });
}

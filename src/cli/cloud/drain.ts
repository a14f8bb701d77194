import type { Drain } from '../../cloud/applying/site.ts';
import type { Observed } from '../../cloud/observed.ts';
import { layout } from '../../cloud/vm/layout.ts';
import { drainWorker } from '../../cloud/vm/service.ts';
import { openSsh } from '../../cloud/vm/ssh/ssh.ts';
import type { OpenCloud } from './open.ts';

/**
 * Before a machine goes, its worker finishes what it has in work. One that cannot be reached goes all the same: what it had
 * in work is taken over by others, or by the next `up`, and nothing is lost or done twice.
 */
export function drainMachine({ secrets }: OpenCloud, { compute }: Observed): Drain {
  return async ({ serverId: id, name, signal, say }) => {
    const machine = compute.machines.find((one) => one.id === id);
    if (machine?.ready === undefined || machine.status !== 'ACTIVE') return;
    const ip = compute.floatingIps.find((one) => one.machine === id)?.address;
    say('its worker finishes what it has in work');
    try {
      const ssh = await openSsh(secrets, {
        id,
        name,
        address: ip ?? machine.addresses[0] ?? '',
        user: layout.adminUser,
      });
      await drainWorker(ssh, signal);
    } catch {
      say('its worker does not answer');
    }
  };
}

import { z } from 'zod';
import { KuvaError } from '../../../image/failure.ts';
import type { CloudSession } from '../../session/session.ts';
import { type FloatingIp, floatingIpSchema } from './answers.ts';

const answer = z.object({ floatingip: floatingIpSchema });

/**
 * Gives a floating IP to a port, and takes it from nobody. Neutron itself would: a PUT silently moves an address that
 * is in use. So it is looked at first, and the PUT holds only for the revision that was seen (Networking API, "Revision
 * number": If-Match, 412 otherwise); a cloud that knows no revisions leaves the moment between the two.
 */
export async function associate(session: CloudSession, id: string, portId: string): Promise<FloatingIp> {
  const path = `/floatingips/${encodeURIComponent(id)}`;
  const doing = `giving floating IP ${id} to port ${portId}`;
  const { floatingip: seen } = await session.ask({ service: 'network', method: 'GET', path, doing }, answer);
  if (seen.portId === portId) return seen;
  if (seen.portId !== undefined) throw inUse(seen);
  const put = await session.send({
    service: 'network',
    method: 'PUT',
    path,
    doing,
    body: { floatingip: { port_id: portId } },
    ...(seen.revision !== undefined && { headers: { 'if-match': `revision_number=${seen.revision}` } }),
    allow: [412],
  });
  // Somebody was faster, or our own first try had an effect and its answer was lost.
  const { floatingip: now } = await session.ask({ service: 'network', method: 'GET', path, doing }, answer);
  if (now.portId === portId) return now;
  if (now.portId !== undefined) throw inUse(now);
  if (put.status === 412) return associate(session, id, portId);
  throw new KuvaError('cloud-conflict', {
    what: `Floating IP ${now.address} was given to port ${portId}, and taken away again at once`,
    data: 'Nothing else was changed.',
    remedy: 'See who else works in this project, and run the command again.',
  });
}

function inUse(ip: FloatingIp): KuvaError {
  const by = ip.port?.deviceId ? ` (${ip.port.deviceOwner} ${ip.port.deviceId})` : '';
  return new KuvaError('cloud-conflict', {
    what: `Floating IP ${ip.address} is in use by port ${ip.portId ?? ''}${by}, and is not taken from it`,
    data: 'Nothing was changed.',
    remedy: 'Let kuva get one of its own, or take it away from the other machine first.',
  });
}

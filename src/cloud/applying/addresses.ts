import type { StepContext } from '../apply.ts';
import { markText, readMark } from '../mark.ts';
import type { Step, Target } from '../step.ts';
import { waitUntil } from '../wait.ts';
import { makeOnce } from './once.ts';
import type { Site } from './site.ts';

export async function addressStep(
  { clouds: { network, clock }, stack, choices, known }: Site,
  { action }: Step,
  { id, worker, address }: Extract<Target, { kind: 'floating-ip' }>,
): Promise<void> {
  if (action === 'delete') {
    if (id !== undefined) await network.deleteFloatingIp(id);
    return;
  }
  if (worker === undefined) throw new Error('a floating IP without its worker');
  const description = markText({ pipeline: stack.pipeline, worker });
  if (id !== undefined && address !== undefined) {
    await network.describeFloatingIp(id, description);
    known.addresses.set(worker, { id, address });
    return;
  }
  const networkId = choices?.externalNetworkId;
  if (networkId === undefined) throw new Error('a floating IP without its network');
  const made = await makeOnce({
    look: async () =>
      (await network.listFloatingIps()).find((one) => {
        const mark = readMark(one.description);
        return mark?.pipeline === stack.pipeline && mark.worker === worker && one.portId === undefined;
      }),
    make: () => network.createFloatingIp({ networkId, description }),
    clock,
  });
  known.addresses.set(worker, { id: made.id, address: made.address });
}

/** Milliseconds. A machine that is ACTIVE has its port; one without a network never gets one. */
const portLimit = 60_000;

export async function associationStep(
  { clouds: { network, clock }, known }: Site,
  { worker }: Extract<Target, { kind: 'association' }>,
  { say, signal }: StepContext,
): Promise<void> {
  const machine = known.machines.get(worker);
  const address = known.addresses.get(worker);
  if (machine === undefined || address === undefined) throw new Error('an address without its machine');
  const what = `machine ${machine} to have a port`;
  const port = await waitUntil(
    { what, limit: portLimit, every: 1000, clock, signal, seen: say },
    async () => {
      const [first] = await network.listPorts({ deviceId: machine });
      return first === undefined ? { state: 'no port' } : { found: first };
    },
  );
  await network.associateFloatingIp(address.id, port.id);
}

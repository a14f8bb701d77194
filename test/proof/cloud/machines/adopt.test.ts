/** What somebody made by hand, with the stock client, and kuva takes over. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { survey } from '../../../../src/cli/cloud/survey.ts';
import { observe } from '../../../../src/cloud/observe.ts';
import { type Bed, withBed } from './bed.ts';
import { stockClient, stockCommand } from './stockClient.ts';
import { changesOf, type Stage, up } from './stage.ts';
import { onStage, patience } from './onStage.ts';

withBed("what the tutorial's commands made by hand", () => {
  let bed: Bed;
  let stage: Stage;
  onStage({}, (opened) => {
    ({ bed, stage } = opened);
  });

  it(
    'is in the way, and taken over when asked: the machine is made anew, all else stays',
    patience,
    async () => {
      const { name, clouds } = stage;
      const stack = stage.stack();
      const openstack = stockCommand(bed.cloudsFile);
      await openstack(`security group create ${name}_group`);
      await openstack(
        `security group rule create --remote-ip 198.51.100.7/32 --dst-port 22 --protocol tcp ${name}_group`,
      );
      await openstack(
        `server create --flavor standard.tiny --image Ubuntu-24.04 --network ${await ownNetwork(bed)} --security-group ${name}_group --wait ${name}_vm`,
      );
      const address = (await openstack('floating ip create public -f value -c floating_ip_address')).trim();
      await openstack(`server add floating ip ${name}_vm ${address}`);
      await openstack(
        `database instance create ${name}_db --flavor standard.small --size 1 --databases pipeline_db --users db_admin:byhand --datastore postgresql --is-public --allowed-cidr 203.0.113.0/24`,
      );
      const before = await observe(clouds, stack);
      await expect(up(stage, stack)).rejects.toThrow(
        new RegExp(`In the way: security group ${name}_group.*machine ${name}_vm.*database ${name}_db`),
      );
      // What the page asks for: the password of the database that is there.
      await writeFile(path.join(clouds.secrets.folder, 'database_password'), 'byhand\n', { mode: 0o600 });
      await up(stage, stack, { adopt: true });
      const after = await observe(clouds, stack);
      expect(changesOf(await survey({ clouds, stack }, false))).toEqual([]);
      expect(after.compute.groups.map(({ id, owned }) => [id, owned])).toEqual([
        [before.compute.groups[0]?.id, true],
      ]);
      expect(after.compute.floatingIps).toMatchObject([{ address, owned: true, worker: 1 }]);
      expect(after.compute.machines).toMatchObject([{ name: `${name}_vm`, owned: true, status: 'ACTIVE' }]);
      expect(after.compute.machines[0]?.id).not.toBe(before.compute.machines[0]?.id);
      expect(after.database.instances[0]?.id).toBe(before.database.instances[0]?.id);
      expect(after.database.instances[0]?.allowedCidrs.toSorted()).toEqual(
        [`${address}/32`, '203.0.113.0/24'].toSorted(),
      );
      expect(stage.proved.at(-1)).toMatchObject({ worker: 1, address });
    },
  );
});

/** The one that the machines of the project are in. */
async function ownNetwork({ cloudsFile }: Bed): Promise<string> {
  const network = z.array(z.object({ ID: z.string(), Name: z.string() }));
  const [one] = await stockClient(cloudsFile)('network list --internal', network);
  return one?.ID ?? '';
}

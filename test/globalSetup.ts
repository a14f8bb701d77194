/**
 * Starts the real servers that the tests share: a PostgreSQL (the embedded one, always), a Ceph RGW (where it
 * is installed), and two OpenStacks (where they are installed, and once a test asks for them). With
 * `KUVA_TEST_REQUIRE=all`, as in CI, a server that is not there is a failure, not a skip.
 */
import path from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { makeEntropyModule } from '../scripts/entropy.ts';
import { makePrograms } from './processes/programs.ts';
import { type CloudsDesk, openCloudsDesk } from './servers/openstack.ts';
import { type PostgresServer, startPostgres } from './servers/postgres.ts';
import { type RgwServer, startRgw } from './servers/rgw.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresServer;
    /** null: no `radosgw` on this machine. */
    rgw: RgwServer | null;
    /** null: no OpenStack on this machine. */
    clouds: CloudsDesk | null;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await makeEntropyModule(path.resolve(import.meta.dirname, '..'), []);
  await makePrograms();
  project.onTestsRerun(makePrograms);
  const [postgres, rgw, clouds] = await Promise.all([startPostgres(), startRgw(), openCloudsDesk()]);
  if (rgw === undefined && process.env['KUVA_TEST_REQUIRE'] === 'all') {
    throw new Error(
      'KUVA_TEST_REQUIRE=all, but there is no Ceph RGW on this machine (Debian: apt install radosgw ceph-mon ceph-osd)',
    );
  }
  if (clouds === undefined && process.env['KUVA_TEST_REQUIRE'] === 'all') {
    throw new Error(
      'KUVA_TEST_REQUIRE=all, but there is no OpenStack on this machine (testbed/openstack/openstack-up --packages lists what to install)',
    );
  }
  project.provide('postgres', postgres.server);
  project.provide('rgw', rgw?.server ?? null);
  project.provide('clouds', clouds?.desk ?? null);
  return async () => {
    await Promise.all([postgres.stop(), rgw?.stop(), clouds?.stop()]);
  };
}

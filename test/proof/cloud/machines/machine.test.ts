/**
 * The built program from nothing to the first image and back to nothing, as a user types it: real control planes, a whole Debian
 * with its systemd, cloud-init and sshd that starts with the user-data, a real database and object store.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { nodeRelease } from '../../../../src/cloud/vm/nodeRelease.ts';
import { makeSetupScript } from '../../../../src/cloud/vm/setupScript.ts';
import { parseObjectKey } from '../../../../src/image/key.ts';
import { openS3Store } from '../../../../src/store/s3/store.ts';
import { makeJpeg } from '../../../pictures/photos.ts';
import { canStartMachines, type Machine, serveNode } from '../../../servers/machine.ts';
import { type Finished, runKuva, startKuva, type Running } from '../../../whole/kuva.ts';
import { type Bed, bedTimeout, openBed } from './bed.ts';
import { type Behind, standBehind } from './behind.ts';
import { openClouds } from './stage.ts';

const able = inject('clouds') !== null && (await canStartMachines());
if (!able && process.env['KUVA_TEST_REQUIRE'] === 'all')
  throw new Error(
    'KUVA_TEST_REQUIRE=all, but no machine can be started here (Debian, as root: apt install systemd-container mmdebstrap xz-utils openssh-client)',
  );
const patience = 900_000;
const statusSchema = z.object({
  workers: z.array(z.object({ health: z.object({ state: z.string(), ready: z.boolean() }) })),
  pipeline: z.object({ counts: z.object({ done: z.number(), queued: z.number() }) }),
});
const processor = process.arch === 'arm64' ? 'arm64' : 'x64';

describe.skipIf(!able)(
  'a machine (skipped without OpenStack, root, systemd-nspawn, mmdebstrap and ssh)',
  () => {
    let bed: Bed;
    let folder: string;
    let home: string;
    let behind: Behind;
    let machine: Machine;
    const name = `m${Date.now().toString(36)}`;
    let hook = 'a"quoted"$secret`x`\\1';

    const environment = () => ({ OS_CLIENT_CONFIG_FILE: bed.cloudsFile, HOOK: hook });
    const kuva = (...args: readonly string[]): Promise<Finished> =>
      runKuva(['cloud', ...args], { cwd: home, env: environment() });
    const good = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await kuva(...args);
      expect(`${code}\n${stderr}`, stdout).toMatch(/^0\n/);
      return stdout;
    };
    const privateFile = (file: string): Promise<string> =>
      readFile(join(home, 'kuva-cloud', name, file), 'utf8');

    beforeAll(async () => {
      bed = await openBed();
      folder = await mkdtemp(join(tmpdir(), 'kuva-machine-test-'));
      home = join(folder, 'home');
      await mkdir(home);
      await writeFile(
        join(home, 'kuva.yaml'),
        `pipeline: ${name}
input: s3://${name}_input
output: s3://${name}_output
s3: { endpoint: ${bed.s3Endpoint.href} }
alerts: { web_hook: { url: 'http://127.0.0.1:9', secret: '\${HOOK}' } }
cloud:
  clouds: { compute: cpouta, database: pukki, s3: cpouta }
  compute: { name: ${name}_vm, keypair: ${name}_key, security_group: ${name}_group }
  database: { instance: ${name}_db }
`,
      );
      // The one thing that cannot be had here: Node from its makers. The image brings the test's own in its place.
      const node = join(folder, 'node');
      await mkdir(join(node, 'bin'), { recursive: true });
      await copyFile(process.execPath, join(node, 'bin/node'));
      const place = `opt/kuva/node-v${nodeRelease.version}-linux-${processor}`;
      behind = standBehind({
        bed,
        clouds: await openClouds(bed, join(folder, 'looking'), name),
        machine: `${name}_vm`,
        instance: `${name}_db`,
        database: 'pipeline_db',
        user: 'db_admin',
        passwordFile: join(home, 'kuva-cloud', name, 'database_password'),
        console: join(folder, 'console'),
        brought: new Map([[place, node]]),
      });
    }, bedTimeout);
    afterAll(async () => {
      await behind.stop();
      await rm(folder, { recursive: true, force: true });
    }, 120_000);

    it(
      'is told of before it is made, with its cost and the commands that make it by hand',
      async () => {
        const shown = await good('plan', '--explain');
        expect(shown).toMatch(
          new RegExp(`^\\+ create {2}machine ${name}_vm: standard.tiny, Ubuntu-24.04$`, 'm'),
        );
        expect(shown).toMatch(/^ {6}\$ openstack .*server create .*$/m);
        expect(shown).toMatch(/^ {2}Together: 4.48 BU an hour/m);
      },
      patience,
    );

    it(
      'is made by one run that is killed, one that is stopped and one that goes on, with no secret on any command line',
      async () => {
        const watch = watchProcesses();
        const begun = (): Running => startKuva(['cloud', 'up', '--yes'], { cwd: home, env: environment() });
        const first = begun();
        await first.says('made ', patience);
        first.child.kill('SIGKILL');
        await first.finished;
        const second = begun();
        await second.says(`made machine ${name}_vm`, patience);
        const stopped = await second.end();
        expect(stopped.code).toBe(130);
        expect(stopped.stderr).toContain('Stopping: nothing new is begun');
        expect(stopped.stderr).toContain('What is there by now, and billed');
        const said = await good('up', '--yes');
        machine = await behind.machine;
        expect(said).toMatch(/^✓ Everything stands at 127\.77\.0\.\d+; it costs 4.48 BU an hour/m);
        const lines = await watch.end();
        expect(lines.filter((line) => line.startsWith('ssh ')).length).toBeGreaterThan(3);
        for (const secret of await secretTexts())
          expect(lines.filter((line) => line.includes(secret))).toEqual([]);
      },
      patience,
    );

    it(
      'has its user, its rights and its files as they should be, by the judgement of its own programs',
      async () => {
        const file = '/var/lib/cloud/seed/nocloud/user-data';
        expect(await machine.inside('cloud-init', 'schema', '--config-file', file)).toMatch(/^Valid/);
        const userData = await machine.inside('cat', file);
        for (const secret of await secretTexts()) expect(userData).not.toContain(secret);
        const modes = await machine.inside('find', '/etc/kuva', '-printf', '%M %u %g %p\n');
        expect(modes.trim().split('\n').toSorted()).toEqual([
          '-rw------- kuva kuva /etc/kuva/secrets/environment',
          '-rw------- kuva kuva /etc/kuva/secrets/pgpass',
          '-rw------- kuva kuva /etc/kuva/secrets/s3_credentials',
          '-rw-r----- root kuva /etc/kuva/kuva.yaml',
          'drwx------ kuva kuva /etc/kuva/secrets',
          'drwxr-x--- root kuva /etc/kuva',
        ]);
        const pid = (
          await machine.inside('systemctl', 'show', 'kuva', '--property=MainPID', '--value')
        ).trim();
        const status = await machine.inside('cat', `/proc/${pid}/status`);
        const uid = (await machine.inside('id', '-u', 'kuva')).trim();
        expect(status).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
        expect(status).toMatch(/^NoNewPrivs:\t1$/m);
        expect(status).toMatch(/^CapBnd:\t0+$/m);
        expect(await machine.inside('getent', 'passwd', 'kuva')).toMatch(/:\/usr\/sbin\/nologin\n$/);
        const unattended = 'APT::Periodic::Unattended-Upgrade';
        expect(await machine.inside('apt-config', 'dump', unattended)).toContain('"1"');
        expect(await environmentOf(machine)).toContain(`HOOK=${hook}`);
      },
      patience,
    );

    it(
      'works, and tells how it is: status, logs and a shell need no address',
      async () => {
        expect(await good('up', '--yes')).toContain('Nothing to do: everything is as wanted.');
        const input = openS3Store(
          { endpoint: bed.s3Endpoint, region: 'us-east-1', ...(await s3Keys()) },
          `${name}_input`,
        );
        const picture = await makeJpeg({ width: 64, height: 48 });
        await input.put(parseObjectKey('cat.jpg'), picture, {
          contentType: 'image/jpeg',
          sha256: createHash('sha256').update(picture).digest('hex'),
        });
        await input.close();
        await vi.waitFor(
          async () => {
            const { workers, pipeline } = statusSchema.parse(JSON.parse(await good('status', '--json')));
            expect(workers).toEqual([{ health: { state: 'active', ready: true } }]);
            expect(pipeline).toMatchObject({ counts: { queued: 0, done: 1 } });
          },
          { timeout: patience, interval: 1000 },
        );
        const status = await good('status');
        expect(status).toMatch(new RegExp(`^worker on ${name}_vm: active, ready$`, 'm'));
        expect(status).toMatch(/^queue: 0 wait, 0 in work, 1 done, 0 set aside; last image \d{4}-.*Z$/m);
        expect(status).toMatch(/^ {2}So far about 4.48 BU, since \d{4}-.*Z\.$/m);
        expect(await good('logs', '--lines', '5')).toContain('kuva');
        await good('ssh');
      },
      patience,
    );

    it(
      'gets a secret that was changed, by the next `up`',
      async () => {
        hook = 'another"one';
        const told = (await good('up', '--yes', '--json'))
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line));
        expect(told).toContainEqual(
          expect.objectContaining({ event: 'done', step: 'worker:1', action: 'change' }),
        );
        expect(told.at(-1)).toMatchObject({ done: true });
        expect(await environmentOf(machine)).toContain('HOOK=another"one');
        expect(await good('scale', '1', '--yes')).toMatch(/Nothing to do.*^✓ 1 machine; all costs 4.48 BU/ms);
      },
      patience,
    );

    it(
      'takes Node from its makers only if it is the one that kuva knows',
      async () => {
        const served = await serveNode();
        try {
          const link = join(machine.root, 'opt/kuva/node');
          const before = await readlink(link);
          const other = { x64: '0'.repeat(64), arm64: '0'.repeat(64) };
          await writeFile(
            join(machine.root, 'opt/kuva/wrong.sh'),
            makeSetupScript({ ...served.node, sha256: other }).text,
          );
          const refused = await machine
            .inside('sh', '-c', 'sh /opt/kuva/wrong.sh >&2')
            .catch((thrown: unknown) => thrown);
          expect(String(refused)).toContain('is not the Node that kuva knows; it was not unpacked');
          expect(await readlink(link)).toBe(before);
          await writeFile(join(machine.root, 'opt/kuva/right.sh'), makeSetupScript(served.node).text);
          await machine.inside('sh', '/opt/kuva/right.sh');
          expect(await readlink(link)).toBe(`/opt/kuva/node-v${served.node.version}-linux-${processor}`);
        } finally {
          await served.stop();
        }
      },
      patience,
    );

    it(
      'goes without a trace, after its worker has finished',
      async () => {
        const said = await good('down', '--yes', '--buckets', '--database');
        expect(said).toContain('nothing of this pipeline is left');
        const journal = await machine.inside('journalctl', '--unit', 'kuva', '--output', 'cat');
        expect(journal).toContain('Everything that was under way is finished');
        expect(await good('status')).toContain('Nothing of the pipeline');
      },
      patience,
    );

    /** What its worker opens the buckets with. */
    async function s3Keys(): Promise<{ accessKeyId: string; secretAccessKey: string }> {
      const text = await machine.inside('cat', '/etc/kuva/secrets/s3_credentials');
      const valueOf = (key: string): string => new RegExp(`^${key} = (.*)$`, 'm').exec(text)?.[1] ?? '';
      return { accessKeyId: valueOf('aws_access_key_id'), secretAccessKey: valueOf('aws_secret_access_key') };
    }

    async function secretTexts(): Promise<string[]> {
      const [, keyLine = ''] = (await privateFile('id_ed25519')).split('\n');
      const texts = [
        (await s3Keys()).secretAccessKey,
        (await privateFile('database_password')).trim(),
        hook,
        keyLine,
      ];
      for (const text of texts) expect(text.length).toBeGreaterThan(8);
      return texts;
    }
  },
);

/** What the worker has in its environment. */
async function environmentOf(machine: Machine): Promise<string[]> {
  const pid = (await machine.inside('systemctl', 'show', 'kuva', '--property=MainPID', '--value')).trim();
  return (await machine.inside('cat', `/proc/${pid}/environ`)).split('\0');
}

/** Reads every process's command line, again and again: those of the machine are in the list too. */
function watchProcesses(): { readonly end: () => Promise<string[]> } {
  const seen = new Set<string>();
  let over = false;
  const look = async (): Promise<void> => {
    while (!over) {
      for (const pid of await readdir('/proc')) {
        if (!/^\d+$/.test(pid)) continue;
        seen.add((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '));
      }
      await sleep(100);
    }
  };
  const looking = look();
  return {
    end: async () => {
      over = true;
      await looking;
      return [...seen];
    },
  };
}

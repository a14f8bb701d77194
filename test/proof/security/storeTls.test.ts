/** A real Ceph RGW behind TLS, with a certificate that nobody has vouched for. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freshBucket } from '../../servers/buckets.ts';
import { runKuva, temporaryFolder } from '../../whole/kuva.ts';

const rgw = inject('rgw');

describe.skipIf(rgw === null)('an object store behind TLS (skipped without radosgw)', () => {
  it('is told nothing while its certificate is not vouched for, and works when its authority is named', async () => {
    if (rgw === null) throw new Error('no RGW');
    const cwd = await temporaryFolder();
    const [key, certificate] = [join(cwd, 'server.key'), join(cwd, 'server.crt')];
    const asked = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', ...asked, ...made], { stdio: 'pipe' });
    let bytes = 0;
    const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (near) => {
      const far = connect(Number(new URL(rgw.endpoint).port), '127.0.0.1');
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      near.pipe(far).pipe(near);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const [input, output] = [await freshBucket(rgw, 'input'), await freshBucket(rgw, 'output')];
    const config = (host: string): Promise<void> =>
      writeFile(
        join(cwd, 'kuva.yaml'),
        `input: s3://${input}\noutput: s3://${output}\ns3: { endpoint: 'https://${host}:${address.port}' }\n`,
      );
    const keys = { AWS_ACCESS_KEY_ID: rgw.accessKeyId, AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey };
    const doctor = (more: Record<string, string> = {}) =>
      runKuva(['doctor'], { cwd, env: { ...keys, ...more } });

    await config('localhost');
    const refused = await doctor();
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('its certificate is self-signed');
    expect(refused.stdout).toContain('NODE_EXTRA_CA_CERTS');
    // Not even a request, which would bear a signature.
    expect(bytes).toBe(0);

    const vouched = await doctor({ NODE_EXTRA_CA_CERTS: certificate });
    expect(vouched.stdout).toMatch(/✓ input bucket/);
    expect(vouched.stdout).not.toMatch(/✗ (input|output) bucket/);
    expect(bytes).toBeGreaterThan(0);

    bytes = 0;
    await config('127.0.0.1');
    const otherName = await doctor({ NODE_EXTRA_CA_CERTS: certificate });
    expect(otherName.stdout).toContain('its certificate is for another name');
    expect(bytes).toBe(0);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { madeName } from '../check.ts';
import type { Closing } from '../closing.ts';
import { answerSchema, type Plan } from '../lean/plan.ts';
import { startChild } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';
import type { TestBed } from '../servers/testBed.ts';

/** Images under way at the same time; found by trying. */
const atOnce = 16;

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/**
 * Not a rival but a limit: what the requests of the job cost at least. Time and CPU are those of the work alone, without
 * the start of the process and without the signing.
 */
export async function runLean(
  testBed: TestBed,
  keys: readonly string[],
  folder: string,
  closing: Closing,
): Promise<Cost> {
  const [planFile, answerFile] = [join(folder, 'plan.json'), join(folder, 'answer.json')];
  await writeFile(planFile, JSON.stringify(await makePlan(testBed, keys)), { mode: 0o600 });
  const cost = await costOf(
    () =>
      startChild(
        process.execPath,
        [fromRoot('dist-bench/bench/lean/client.js'), planFile, answerFile],
        { cwd: folder, env: { PATH: '/usr/bin:/bin' }, log: join(folder, 'lean.log') },
        closing,
      ),
    testBed.roots,
    60_000 + keys.length * 2_000,
  );
  const { seconds, cpuSeconds } = answerSchema.parse(JSON.parse(await readFile(answerFile, 'utf8')));
  return { ...cost, seconds, cpuSeconds };
}

async function makePlan(testBed: TestBed, keys: readonly string[]): Promise<Plan> {
  const { endpoint, region, accessKeyId, secretAccessKey } = testBed.ceph.connection;
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const sign = async (method: string, bucket: string, key: string): Promise<string> => {
    const path = `/${bucket}/${key}`;
    const signed = await signer.presign(
      {
        method,
        protocol: endpoint.protocol,
        hostname: endpoint.hostname,
        path,
        query: {},
        // Goes into the query with the rest; the body is not known yet.
        headers: { host: endpoint.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: 3600 },
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(signed.query ?? {})) query.set(name, String(value));
    return new URL(`${path}?${query.toString()}`, endpoint).href;
  };
  const images: Plan['images'] = [];
  for (const key of keys) {
    const made = madeName(key);
    const [get, put, remove] = await Promise.all([
      sign('GET', testBed.input.name, key),
      sign('PUT', testBed.output.name, made),
      sign('DELETE', testBed.input.name, key),
    ]);
    images.push({ get, put, remove, made });
  }
  return { database: testBed.databaseUrl('bench_lean'), atOnce, batch: 8, images };
}

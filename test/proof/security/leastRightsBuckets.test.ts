/** The policies of docs/least-rights.md, as they are printed, on a real Ceph RGW; then each action left out in turn. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createS3Client, textOf } from '../../../src/store/s3/client.ts';
import { defaultS3Options } from '../../../src/store/s3/connection.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { connectionTo, freshBucket, newUser, setPolicy } from '../../servers/buckets.ts';
import { emptyDatabase } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { failureOf, key, listAll, put, read } from '../../store/objects.ts';
import { type Finished, runKuva, temporaryFolder } from '../../whole/kuva.ts';
import { printed } from './printed.ts';

const given = inject('rgw');
const page = 'docs/least-rights.md';

const policySchema = z.object({
  Version: z.string(),
  Statement: z.array(z.looseObject({ Action: z.array(z.string()), Resource: z.array(z.string()) })),
});

/** The same policy without an action (and the same for named versions, which begins alike), wherever it stands. */
function without(policy: string, action: string): string {
  const isMeant = (each: string): boolean => each === action || each === `${action}Version`;
  const { Statement, ...rest } = policySchema.parse(JSON.parse(policy));
  const left = Statement.map((one) => ({ ...one, Action: one.Action.filter((each) => !isMeant(each)) }));
  return JSON.stringify({ ...rest, Statement: left.filter(({ Action }) => Action.length > 0) });
}

describe.skipIf(given === null)('the policies of docs/least-rights.md (skipped without radosgw)', () => {
  const rgw = (): RgwServer => {
    if (given === null) throw new Error('no RGW');
    return given;
  };

  /** Two buckets of one owner, a user who may do with them what the policies say, and a folder with kuva set up for it. */
  async function place(change: (policy: string, bucket: 'input' | 'output') => string = (policy) => policy) {
    const [input, output] = [await freshBucket(rgw(), 'input'), await freshBucket(rgw(), 'output')];
    const user = await newUser(rgw());
    const names = {
      kuva_user: user.name,
      bucket_owner: 'testbed',
      input_bucket: input,
      output_bucket: output,
    };
    await setPolicy(rgw(), input, change(printed(page, 'json input', names), 'input'));
    await setPolicy(rgw(), output, change(printed(page, 'json output', names), 'output'));
    const database = await emptyDatabase(inject('postgres'), `least_${randomBytes(5).toString('hex')}`);
    const cwd = await temporaryFolder();
    await writeFile(
      join(cwd, 'kuva.yaml'),
      `input: s3://${input}\noutput: s3://${output}\ns3: { endpoint: ${rgw().endpoint} }\ndatabase: { url: '${database.url}' }\n`,
      { mode: 0o600 },
    );
    const env = {
      AWS_ACCESS_KEY_ID: user.connection.accessKeyId,
      AWS_SECRET_ACCESS_KEY: user.connection.secretAccessKey,
      PGSSLMODE: 'disable',
    };
    const owner = {
      input: openS3Store(connectionTo(rgw()), input),
      output: openS3Store(connectionTo(rgw()), output),
    };
    return {
      user,
      input,
      output,
      owner,
      kuva: (...args: string[]): Promise<Finished> => runKuva(args, { cwd, env }),
      close: async () => {
        await Promise.all([owner.input.close(), owner.output.close()]);
        await database.drop();
      },
    };
  }

  const picture = () => makeJpeg({ width: 80, height: 60 });

  it('are enough for doctor, run and verify, with the exact ways to write and to remove', async () => {
    const { owner, kuva, close } = await place();
    await put(owner.input, key('a/cat.jpg'), await picture());
    await put(owner.input, key('broken.jpg'), 'no picture');
    const doctor = await kuva('doctor');
    expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0);
    expect(doctor.stdout).toContain('the server compares the time');
    expect(doctor.stdout).toContain('writes are conditional');
    const run = await kuva('run');
    expect(run.code, run.stdout + run.stderr).toBe(3);
    expect([...(await listAll(owner.output)).keys()]).toEqual(['a/negated_cat.jpg']);
    expect([...(await listAll(owner.input)).keys()]).toEqual(['broken.jpg']);
    const verify = await kuva('verify');
    expect(verify.code, verify.stdout).toBe(0);
    // The owner of the bucket can read what kuva has written.
    expect((await read(owner.output, key('a/negated_cat.jpg'))).length).toBeGreaterThan(100);
    await close();
  });

  it('let the key remove no result, replace no input, and leave nothing behind', async () => {
    const { user, input, output, owner, kuva, close } = await place();
    await kuva('doctor');
    const [mine, results] = [openS3Store(user.connection, input), openS3Store(user.connection, output)];
    const result = await put(owner.output, key('result.jpg'), 'bytes');
    await put(owner.input, key('cat.jpg'), 'bytes');
    expect(await failureOf(results.delete(result))).toBe('store-denied');
    expect(await failureOf(put(mine, key('cat.jpg'), 'other'))).toBe('store-denied');
    expect(await failureOf(put(mine, key('new.jpg'), 'other'))).toBe('store-denied');
    for (const bucket of [input, output]) {
      expect(await everythingIn(bucket)).not.toContain('.kuva-probe-');
    }
    await Promise.all([mine.close(), results.close()]);
    await close();
  });

  /** All keys of a bucket with all their versions, scratch objects too, as the server's XML. */
  async function everythingIn(bucket: string): Promise<string> {
    const client = createS3Client(connectionTo(rgw()), bucket, defaultS3Options);
    const doing = 'listing versions';
    const text = await textOf(await client.send({ method: 'GET', query: { versions: '' }, doing }), doing);
    await client.close();
    expect(text).toContain('<ListVersionsResult');
    return text;
  }

  it.each([
    ['input', 's3:ListBucket', 'failed'],
    ['input', 's3:GetObject', 'failed'],
    ['input', 's3:DeleteObject', 'failed'],
    ['output', 's3:ListBucket', 'only doctor fails'],
    ['output', 's3:GetObject', 'only doctor fails'],
    ['output', 's3:PutObject', 'failed'],
    ['input', 's3:PutObject', 'less exact'],
    ['input', 's3:GetBucketVersioning', 'works'],
    ['output', 's3:ListBucketVersions', 'works'],
    ['output', 's3:DeleteObject', 'scratch stays'],
  ] as const)('without %s %s: %s', async (bucket, action, effect) => {
    const { owner, kuva, input, output, close } = await place((policy, of) =>
      of === bucket ? without(policy, action) : policy,
    );
    await put(owner.input, key('cat.jpg'), await picture());
    await put(owner.output, key('other.jpg'), 'bytes');
    const doctor = await kuva('doctor');
    if (effect === 'failed' || effect === 'only doctor fails') {
      expect(doctor.code, doctor.stdout).toBe(1);
      expect(doctor.stdout).toMatch(new RegExp(`✗ ${bucket} bucket.*may not`));
    } else expect(doctor.code, doctor.stdout).toBe(0);
    if (effect === 'less exact') expect(doctor.stdout).toContain('may not write here');

    const run = await kuva('run', '--patience', '1s');
    const inputs = [...(await listAll(owner.input)).keys()];
    if (effect === 'failed') {
      expect(run.code, run.stderr).toBe(75);
      expect(inputs).toEqual(['cat.jpg']);
      await close();
      return;
    }
    expect(run.code, run.stderr).toBe(0);
    expect(inputs).toEqual([]);
    expect([...(await listAll(owner.output)).keys()]).toContain('negated_cat.jpg');
    const verify = await kuva('verify', 'cat');
    // Ceph lets everybody read the objects that are their own.
    expect(verify.code, verify.stdout + verify.stderr).toBe(0);
    const left = (await everythingIn(input)) + (await everythingIn(output));
    if (effect === 'scratch stays') expect(left).toContain('.kuva-probe-');
    else if (effect !== 'only doctor fails') expect(left).not.toContain('.kuva-probe-');
    await close();
  });
});

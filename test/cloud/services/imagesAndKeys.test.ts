/** Glance and the S3 keys of Keystone, as they were recorded. */
import { expect, test } from 'vitest';
import { Secret } from '../../../src/image/secret.ts';
import { openEc2 } from '../../../src/cloud/services/identity/ec2.ts';
import { openImages } from '../../../src/cloud/services/image/images.ts';
import { failureOf } from '../failureOf.ts';
import { replay } from '../replay.ts';

test('images are found by their exact name, and an HTML page is read where there is none', async () => {
  const cloud = await replay([
    { subject: 'image', title: 'images by name', path: '/v2/images?limit=1000&name=Ubuntu-24.04' },
    { subject: 'image', title: 'unknown image', path: '/v2/images?limit=1000' },
  ]);
  const images = openImages(cloud.open());
  expect(await images.findImages('Ubuntu-24.04')).toMatchObject([
    { status: 'active', distribution: 'ubuntu' },
  ]);
  const failure = await failureOf(images.listImages());
  expect(failure.message).toContain('(HTTP 404, Not Found): “No image found with ID nope”');
});

test('S3 keys come as secrets, and only those of the own project', async () => {
  const cloud = await replay([
    { subject: 'identity', title: 'ec2 credential, create' },
    { subject: 'identity', title: 'ec2 credential, list' },
  ]);
  const ec2 = openEc2(cloud.open());
  const keys = await ec2.createKeys();
  expect(keys.accessKeyId).toBe('067eda0136024230a074d21470439ba5');
  expect(JSON.stringify(keys)).toContain('(hidden)');
  expect(await ec2.listKeys()).toHaveLength(1);
  expect(ec2.obstacle()).toBeUndefined();
});

test('an application credential that is to make S3 keys is stopped with the way out', async () => {
  const cloud = await replay([{ subject: 'identity', title: 'ec2 credential, by application credential' }]);
  const failure = await failureOf(openEc2(cloud.open()).createKeys());
  expect(failure.message).toContain('not even an unrestricted one');
  const auth = {
    method: 'application-credential',
    credential: { id: 'a' },
    secret: new Secret('b'),
  } as const;
  expect(openEc2(cloud.open({}, { auth })).obstacle()?.code).toBe('cloud-denied');
});

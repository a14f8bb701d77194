import { describe, inject } from 'vitest';
import { openS3Store } from '../../src/store/s3/store.ts';
import { connectionTo, freshBucket, setVersioning } from '../servers/buckets.ts';
import { readIndependently } from '../servers/independent.ts';
import { type Expected, keepsTheContract } from './contract.ts';

const rgw = inject('rgw');

function onRgw(versioning: 'Enabled' | 'Suspended' | undefined, expected: Expected): void {
  keepsTheContract(async () => {
    if (rgw === null) throw new Error('no RGW');
    const bucket = await freshBucket(rgw, 'contract');
    if (versioning !== undefined) await setVersioning(rgw, bucket, versioning);
    const store = openS3Store(connectionTo(rgw), bucket);
    return { store, readOutside: () => readIndependently(rgw, bucket), close: () => store.close() };
  }, expected);
}

describe.skipIf(rgw === null)('a bucket of Ceph RGW (skipped without radosgw)', () => {
  onRgw(undefined, { removal: 'if-unmodified-since', conditionalPut: true, versioned: false });
});

describe.skipIf(rgw === null)('a bucket of Ceph RGW that keeps versions (skipped without radosgw)', () => {
  onRgw('Enabled', { removal: 'exact', conditionalPut: false, versioned: true });
});

describe.skipIf(rgw === null)(
  'a bucket of Ceph RGW that kept versions once (skipped without radosgw)',
  () => {
    onRgw('Suspended', { removal: 'compare', conditionalPut: false, versioned: false });
  },
);

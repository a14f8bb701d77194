import { describe, expect, it } from 'vitest';
import { readRefusal, refusalFailure } from '../../../src/store/s3/refusal.ts';

const xml = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>a &lt;b&gt; &amp;amp; &#x63;</Message><RequestId>tx1</RequestId><HostId>h</HostId></Error>`;

describe('refusals of an S3 service', () => {
  it.each([
    [404, 'NoSuchBucket', 'bucket-missing'],
    [404, 'NoSuchKey', 'object-missing'],
    [403, 'AccessDenied', 'store-denied'],
    [403, 'InvalidAccessKeyId', 'store-denied'],
    [403, 'SignatureDoesNotMatch', 'store-denied'],
    [403, 'RequestTimeTooSkewed', 'store-denied'],
    [400, 'ExpiredToken', 'store-denied'],
    [400, 'AuthorizationHeaderMalformed', 'store-denied'],
    [403, 'QuotaExceeded', 'store-full'],
    [503, 'SlowDown', 'store-busy'],
    [409, 'ConditionalRequestConflict', 'store-busy'],
    [500, 'InternalError', 'store-unreachable'],
    [500, 'UnknownError', 'store-protocol'],
    [400, 'XAmzContentSHA256Mismatch', 'store-corrupted'],
    [400, 'BadDigest', 'store-corrupted'],
    [400, 'KeyTooLongError', 'key-invalid'],
    [301, 'PermanentRedirect', 'store-unreachable'],
    [400, 'SomethingNew', 'store-protocol'],
    [599, 'SomethingNew', 'store-unreachable'],
    [503, 'SomethingNew', 'store-busy'],
  ])('of %i %s mean %s', (status, code, failure) => {
    const told = refusalFailure(readRefusal(status, xml(code)), 'reading cat.jpg');
    expect(told.code).toBe(failure);
    expect(told.message).toContain('reading cat.jpg');
    expect(told.message).toContain(code);
    expect(told.message).toContain('tx1');
    expect(told.remedy).toMatch(/\w/);
  });

  it('have different remedies for different reasons of being denied', () => {
    const codes = [
      'AccessDenied',
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'RequestTimeTooSkewed',
      'ExpiredToken',
    ];
    const remedies = codes.map((code) => refusalFailure(readRefusal(403, xml(code)), 'reading').remedy);
    expect(new Set(remedies).size).toBe(codes.length);
  });

  it.each([
    [403, '', 'store-denied'],
    [502, '<html>bad gateway</html>', 'store-unreachable'],
    [503, 'not xml < at all', 'store-busy'],
    [418, '{"error":"teapot"}', 'store-protocol'],
  ])('without S3’s own words go by the status: %i %j', (status, body, failure) => {
    expect(refusalFailure(readRefusal(status, body), 'reading').code).toBe(failure);
  });

  it('are not fooled by codes that JavaScript knows', () => {
    expect(refusalFailure(readRefusal(400, xml('constructor')), 'reading').code).toBe('store-protocol');
  });

  it('tell the service’s words decoded once', () => {
    expect(readRefusal(400, xml('X')).message).toBe('a <b> &amp; c');
  });
});

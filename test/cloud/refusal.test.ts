import { expect, test } from 'vitest';
import { readRefusal } from '../../src/cloud/session/refusal.ts';
import { CloudRefused } from '../../src/cloud/session/refusalFailure.ts';
import { recorded } from './replay.ts';

test.each([
  ['identity', 'ec2 credential, delete again', 'Not Found', 'Could not find credential'],
  ['compute', 'show, not a uuid', 'itemNotFound', 'Instance nope could not be found.'],
  ['network', 'rule, bad cidr', 'InvalidCIDR', 'Invalid CIDR 1.2.3.4/33 given as IP prefix.'],
  ['image', 'unknown image', 'Not Found', 'No image found with ID nope'],
  ['database', 'volume too large', 'overLimit', "Volume 'size' cannot exceed maximum of 10 GB"],
] as const)('the words of %s are read (%s)', (subject, title, kind, words) => {
  const { status, body } = recorded(subject, title);
  const refusal = readRefusal(status, body);
  expect(refusal).toMatchObject({ status, kind });
  expect(refusal.message).toContain(words);
});

test('an answer that says nothing still has its status', () => {
  expect(readRefusal(503, undefined)).toEqual({ status: 503, kind: '', message: '' });
});

test("a foreign project's page is read without its markup", () => {
  const page =
    '<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n  <h1>403 Forbidden</h1>\n  Access was denied to this resource.<br /><br />\nUser with tenant id 53d0 cannot access this resource.\n\n\n </body>\n</html>';
  expect(readRefusal(403, page)).toEqual({
    status: 403,
    kind: 'Forbidden',
    message: 'Access was denied to this resource. User with tenant id 53d0 cannot access this resource.',
  });
});

test("the ids of Neutron's requests are nobody's business", () => {
  const { status, body } = recorded('compute', 'addSecurityGroup, again');
  expect(readRefusal(status, body).message).not.toContain('req-');
});

test.each([
  ['compute', 'quota exceeded: keypairs', 'cloud-quota'],
  ['network', 'quota exceeded: rule', 'cloud-quota'],
  ['database', 'quota exceeded: volumes', 'cloud-quota'],
  ['database', 'volume too large', 'cloud-quota'],
  ['database', 'update while building', 'cloud-conflict'],
  ['database', 'unknown datastore', 'cloud-missing'],
  ['database', 'bad cidr', 'cloud-refused'],
  ['compute', 'unsupported microversion', 'cloud-protocol'],
  ['compute', 'unknown flavor', 'cloud-refused'],
  ['network', 'security group, delete in use', 'cloud-conflict'],
  ['identity', 'invalid token at image', 'cloud-denied'],
] as const)('%s: %s means %s', (subject, title, code) => {
  const { status, body } = recorded(subject, title);
  const failure = new CloudRefused(readRefusal(status, body), 'what it was asked for');
  expect(failure.code).toBe(code);
  expect(failure.remedy).toBeDefined();
});

test('a 413 with a time to wait is no quota', () => {
  const refusal = { status: 413, kind: 'overLimit', message: 'Only 200 POST request(s) can be made' };
  expect(new CloudRefused(refusal, 'creating', true).code).toBe('cloud-busy');
});

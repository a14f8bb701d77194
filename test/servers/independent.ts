/**
 * Reads buckets without a line of our own client: Python's standard library signs and sends, so that a key which
 * both ends of our client get wrong in the same way is found out.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { RgwServer } from './rgw.ts';

const run = promisify(execFile);
const program = `
import datetime, hashlib, hmac, http.client, json, sys, urllib.parse as u, xml.etree.ElementTree as xml
host, access, secret, region, bucket = sys.argv[1:]
def ask(path, query=()):
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    text = '&'.join(sorted(u.quote(k, safe='-_.~') + '=' + u.quote(v, safe='-_.~') for k, v in query))
    empty = hashlib.sha256(b'').hexdigest()
    canonical = '\\n'.join(['GET', path, text, 'host:' + host, 'x-amz-content-sha256:' + empty, 'x-amz-date:' + now, '', 'host;x-amz-content-sha256;x-amz-date', empty])
    scope = now[:8] + '/' + region + '/s3/aws4_request'
    key = ('AWS4' + secret).encode()
    for part in scope.split('/'): key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    tosign = '\\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, tosign.encode(), hashlib.sha256).hexdigest()
    connection = http.client.HTTPConnection(host)
    connection.request('GET', path + ('?' + text if text else ''), headers={'x-amz-date': now, 'x-amz-content-sha256': empty,
        'authorization': f'AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}'})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body)
    return body
space = '{http://s3.amazonaws.com/doc/2006-03-01/}'
found, marker = {}, ''
while True:
    page = xml.fromstring(ask('/' + bucket, [('encoding-type', 'url'), ('marker', marker)]))
    for item in page.iter(space + 'Contents'):
        marker = u.unquote(item.find(space + 'Key').text)
        found[marker] = hashlib.sha256(ask('/' + bucket + '/' + u.quote(marker, safe='-_.~/'))).hexdigest()
    if page.find(space + 'IsTruncated').text != 'true': break
print(json.dumps(list(found.items())))
`;

/** SHA-256 of every object in a bucket, by key. */
export async function readIndependently(rgw: RgwServer, bucket: string): Promise<Map<string, string>> {
  const host = new URL(rgw.endpoint).host;
  const args = [host, rgw.accessKeyId, rgw.secretAccessKey, rgw.region, bucket];
  const { stdout } = await run('python3', ['-c', program, ...args], { maxBuffer: 64 * 1024 ** 2 });
  return new Map(z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(stdout)));
}

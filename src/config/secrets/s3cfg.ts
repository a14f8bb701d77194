import path from 'node:path';
import { Secret } from '../../image/secret.ts';
import { absolutePath, type Surroundings, showPath, variable } from '../surroundings.ts';
import type { Found, S3Place } from './s3Place.ts';

/**
 * s3cmd's own configuration, as s3cmd 2.3 reads it (its `S3/Config.py`): `~/.s3cfg` or the file that S3CMD_CONFIG
 * names, all sections as one, the last value of a key; a pair of double quotes is taken off; a value `$NAME`
 * is the environment's.
 * @param named a file that the config names
 */
export function fromS3cfg(around: Surroundings, named?: string): S3Place {
  const written = named ?? variable(around, 'S3CMD_CONFIG');
  const file =
    written === undefined ? path.join(around.home, '.s3cfg') : absolutePath(written, around.cwd, around);
  const name = showPath(file, around);
  const look = around.look(file);
  if (look.outcome === 'missing') return { name, lacks: 'not there' };
  if (look.outcome === 'unreadable') return { name, lacks: look.reason };

  const settings = readSettings(look.text, around);
  const found = (key: string): Found<string> | undefined => {
    const value = settings.get(key);
    return value === undefined || value === '' ? undefined : { value, origin: name };
  };
  const id = found('access_key');
  const secret = found('secret_key');
  const token = found('access_token');
  const host = found('host_base');
  const https = !/^(false|no|off|0)$/i.test(settings.get('use_https') ?? 'true');
  const region = regionOf(found('bucket_location'));
  return {
    name,
    ...(id && secret
      ? {
          keys: {
            accessKeyId: id,
            secretAccessKey: { ...secret, value: new Secret(secret.value) },
            ...(token && { sessionToken: { ...token, value: new Secret(token.value) } }),
          },
        }
      : { lacks: id ? 'it has no secret_key' : 'it has no access_key' }),
    // s3cmd's default host is AWS's own, which needs no endpoint.
    ...(host && host.value !== 's3.amazonaws.com' && { endpoint: endpointOf(host, https) }),
    ...(region && { region }),
  };
}

function endpointOf(host: Found<string>, https: boolean): Found<string> {
  const value = /^https?:\/\//.test(host.value) ? host.value : `${https ? 'https' : 'http'}://${host.value}`;
  return { value, origin: host.origin };
}

/** `bucket_location` says where new buckets go; it is the region where it is not one of s3cmd's two old names. */
function regionOf(location: Found<string> | undefined): Found<string> | undefined {
  if (location === undefined) return undefined;
  const old: Readonly<Record<string, string>> = { US: 'us-east-1', EU: 'eu-west-1' };
  return { value: old[location.value] ?? location.value, origin: location.origin };
}

function readSettings(text: string, around: Surroundings): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const setting = /^\s*(\w+)\s*=\s*(.*)$/.exec(line);
    if (setting?.[1] === undefined || setting[2] === undefined) continue;
    const value = setting[2].trim().replace(/^"(.*)"$/, '$1');
    settings.set(setting[1], value.startsWith('$') ? (variable(around, value.slice(1)) ?? '') : value);
  }
  return settings;
}

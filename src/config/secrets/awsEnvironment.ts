import { Secret } from '../../image/secret.ts';
import { type Surroundings, variable } from '../surroundings.ts';
import type { Found, S3Keys, S3Place } from './s3Place.ts';

/** `AWS_*`: keys, endpoint and region as the AWS tools read them from the environment. */
export function fromAwsEnvironment(around: Pick<Surroundings, 'env'>): S3Place {
  const first = (...names: string[]): Found<string> | undefined => {
    for (const name of names) {
      const value = variable(around, name);
      if (value !== undefined) return { value: value.trim(), origin: `env ${name}` };
    }
    return undefined;
  };
  const keys = keysOf(first);
  const endpoint =
    variable(around, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true'
      ? undefined
      : first('AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  const region = first('AWS_REGION', 'AWS_DEFAULT_REGION');
  return {
    name: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
    ...(typeof keys === 'string' ? { lacks: keys } : { keys }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
  };
}

function keysOf(first: (...names: string[]) => Found<string> | undefined): S3Keys | string {
  const id = first('AWS_ACCESS_KEY_ID');
  const secret = first('AWS_SECRET_ACCESS_KEY');
  const token = first('AWS_SESSION_TOKEN');
  if (id === undefined && secret === undefined) return 'not set';
  if (id === undefined) return 'AWS_ACCESS_KEY_ID is not set';
  if (secret === undefined) return 'AWS_SECRET_ACCESS_KEY is not set';
  return {
    accessKeyId: id,
    secretAccessKey: { ...secret, value: new Secret(secret.value) },
    ...(token && { sessionToken: { ...token, value: new Secret(token.value) } }),
  };
}

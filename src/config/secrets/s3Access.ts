/** Which keys, endpoint and region are in force for an S3 server, out of all places that people keep them in. */
import { KuvaError } from '../../image/failure.ts';
import { Secret } from '../../image/secret.ts';
import { isReference } from '../mask.ts';
import type { S3Form } from '../s3Schema.ts';
import { absolutePath, type Surroundings, variable } from '../surroundings.ts';
import { fromAwsEnvironment } from './awsEnvironment.ts';
import { fromAwsProfile, fromCredentialsFile } from './awsProfile.ts';
import { fromS3cfg } from './s3cfg.ts';
import type { Found, S3Keys, S3Place } from './s3Place.ts';

export interface S3Access {
  readonly endpoint: Found<URL>;
  readonly region: Found<string>;
  readonly keys: S3Keys;
}

export interface S3Question {
  /** The `s3` block that applies, if there is one. */
  readonly form: S3Form | undefined;
  /** Where each of its settings stands: "kuva.yaml line 7". */
  readonly origin: (key: keyof S3Form) => string;
  /** Folder that its relative paths start from. */
  readonly base: string;
  /** For messages: "s3://input_bucket". */
  readonly url: string;
}

export interface S3Answer {
  /** Undefined when no keys were found; `problem` says where they were looked for. */
  readonly access?: S3Access;
  readonly problem?: KuvaError;
  /** Worth telling: another place has other keys, the endpoint is a guess. */
  readonly notes: readonly string[];
}

/**
 * What the config names, and nothing else, when it names a place; otherwise the environment, the AWS profile,
 * s3cmd's file, in this order. Keys are never put together from two places. An endpoint goes with its keys: that of
 * `~/.s3cfg` counts only for the key that stands in `~/.s3cfg`.
 */
export function findS3Access(question: S3Question, around: Surroundings): S3Answer {
  const { form } = question;
  const named = namedPlace(question, around);
  const environment = fromAwsEnvironment(around);
  const profile = fromAwsProfile(around);
  const s3cfg = fromS3cfg(around);
  const places = named === undefined ? [environment, profile, s3cfg] : [named];
  const winner = places.find(({ keys }) => keys !== undefined);
  if (winner?.keys === undefined) return { problem: missingKeys(question, places), notes: [] };

  const { keys } = winner;
  const sameKey = (place: S3Place) => place.keys?.accessKeyId.value === keys.accessKeyId.value;
  const endpoints = [
    form?.endpoint === undefined ? undefined : { value: form.endpoint, origin: question.origin('endpoint') },
    // A place that the config names comes with its own server; otherwise the environment is above files, as in AWS's tools.
    ...(named === undefined
      ? [environment.endpoint, winner.endpoint]
      : [named.endpoint, environment.endpoint]),
    ...(named === undefined ? [profile.endpoint] : []),
    sameKey(s3cfg) ? s3cfg.endpoint : undefined,
  ];
  const regions = [
    form?.region === undefined ? undefined : { value: form.region, origin: question.origin('region') },
    ...(named === undefined ? [environment.region, winner.region] : [named.region, environment.region]),
    profile.region,
    { value: 'us-east-1', origin: 'default' },
  ];
  const region = regions.find((one) => one !== undefined) ?? { value: 'us-east-1', origin: 'default' };
  const endpoint = endpoints.find((one) => one !== undefined);
  const url = endpoint === undefined ? awsEndpoint(region.value) : parseEndpoint(endpoint);
  if (url instanceof KuvaError) return { problem: url, notes: [] };
  return {
    access: { endpoint: url, region, keys },
    notes: [
      ...(named === undefined ? disagreements(winner, places) : []),
      ...(endpoint === undefined
        ? [
            `No endpoint is set for ${question.url}, so that Amazon's is used. For Allas write \`s3: { endpoint: https://a3s.fi }\`.`,
          ]
        : []),
    ],
  };
}

/** The place that the config names, or undefined when it names none. */
function namedPlace({ form, origin, base }: S3Question, around: Surroundings): S3Place | undefined {
  if (form?.access_key_id !== undefined && form.secret_access_key !== undefined) {
    return fromReferences(form, origin, around);
  }
  if (form?.credentials_file !== undefined) {
    const file = absolutePath(form.credentials_file, base, around);
    const aws = fromCredentialsFile(around, file, form.profile);
    return aws.keys === undefined &&
      (form.profile ?? 'default') === 'default' &&
      fromS3cfg(around, file).keys !== undefined
      ? fromS3cfg(around, file)
      : aws;
  }
  return form?.profile === undefined ? undefined : fromAwsProfile(around, form.profile);
}

function fromReferences(form: S3Form, origin: S3Question['origin'], around: Surroundings): S3Place {
  const missing: string[] = [];
  const read = (key: 'access_key_id' | 'secret_access_key' | 'session_token'): Found<string> | undefined => {
    const written = form[key];
    if (written === undefined || !isReference(written)) {
      return written === undefined ? undefined : { value: written, origin: origin(key) };
    }
    const name = written.slice(2, -1);
    const value = variable(around, name);
    if (value === undefined) missing.push(name);
    return value === undefined ? undefined : { value, origin: `env ${name}` };
  };
  const [id, secret, token] = [read('access_key_id'), read('secret_access_key'), read('session_token')];
  const name = `the variables that ${origin('secret_access_key')} names`;
  if (id === undefined || secret === undefined || missing.length > 0) {
    return { name, lacks: `${missing.join(' and ')} not set in the environment` };
  }
  return {
    name,
    keys: {
      accessKeyId: id,
      secretAccessKey: { ...secret, value: new Secret(secret.value) },
      ...(token && { sessionToken: { ...token, value: new Secret(token.value) } }),
    },
  };
}

function disagreements(winner: S3Place, places: readonly S3Place[]): string[] {
  return places.flatMap((other) => {
    const [used, unused] = [winner.keys, other.keys];
    if (other === winner || used === undefined || unused === undefined) return [];
    const same =
      used.accessKeyId.value === unused.accessKeyId.value &&
      used.secretAccessKey.value.equals(unused.secretAccessKey.value);
    return same
      ? []
      : [`The S3 keys of ${winner.name} are used; ${other.name} has others, which are ignored.`];
  });
}

function missingKeys({ url, form }: S3Question, places: readonly S3Place[]): KuvaError {
  const looked = places.map(({ name, lacks }) => `  ${name}: ${lacks ?? 'nothing'}`).join('\n');
  return new KuvaError('secret-missing', {
    what: `There are no S3 keys for ${url}`,
    data: `Nothing was read or written. Looked at:\n${looked}`,
    remedy:
      form?.profile !== undefined || form?.credentials_file !== undefined || form?.access_key_id !== undefined
        ? 'Put the keys there, or let `s3` in the configuration name another place.'
        : 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or let `s3: { profile: … }` or `s3: { credentials_file: … }` name a place. For Allas, `source allas_conf --mode S3` writes ~/.s3cfg, which is found by itself.',
  });
}

function parseEndpoint({ value, origin }: Found<string>): Found<URL> | KuvaError {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return { value: url, origin };
  }
  return new KuvaError('config-invalid', {
    what: `The S3 endpoint of ${origin} is no URL of a server`,
    remedy: 'It should read like https://a3s.fi, without a user name or password.',
  });
}

/** Amazon's own (AWS general reference, "Amazon S3 endpoints and quotas"). */
function awsEndpoint(region: string): Found<URL> {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const host = `https://s3.${region}.${suffix}`;
  return {
    value: new URL(URL.canParse(host) ? host : 'https://s3.amazonaws.com'),
    origin: 'default (Amazon)',
  };
}

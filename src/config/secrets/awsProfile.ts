import path from 'node:path';
import { Secret } from '../../image/secret.ts';
import { absolutePath, type Surroundings, showPath, variable } from '../surroundings.ts';
import { type IniSection, parseIni } from './iniFile.ts';
import type { Found, S3Place } from './s3Place.ts';

interface Source {
  readonly section: IniSection;
  readonly origin: string;
}

/** Ways of getting keys that a profile can name and that we do not go: the AWS CLI can export keys from them. */
const otherWays = [
  'role_arn',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
];

/**
 * One profile of `~/.aws/credentials` and `~/.aws/config` (or the files that AWS_SHARED_CREDENTIALS_FILE and
 * AWS_CONFIG_FILE name), the first before the second. Key names in any case: `allas_conf` writes them upper-case,
 * and AWS_DEFAULT_REGION among them.
 * @param named the profile; left out: AWS_PROFILE, else `default`
 */
export function fromAwsProfile(around: Surroundings, named?: string): S3Place {
  const profile = named ?? variable(around, 'AWS_PROFILE') ?? 'default';
  const fileOf = (name: string, fallback: string) => {
    const written = variable(around, name);
    return written === undefined
      ? path.join(around.home, '.aws', fallback)
      : absolutePath(written, around.cwd, around);
  };
  const credentials = readSections(around, fileOf('AWS_SHARED_CREDENTIALS_FILE', 'credentials'));
  const config = readSections(around, fileOf('AWS_CONFIG_FILE', 'config'));
  const named_ = (prefix: string, name: string) => (section: IniSection) =>
    section.name === `${prefix}${name}` ||
    // Settings before any header, and `[profile default]`, are the default profile's.
    (profile === 'default' && (section.name === '' || section.name === 'profile default'));
  const sources = [
    ...credentials.sources.filter(({ section }) => named_('', profile)(section)),
    ...config.sources.filter(({ section }) =>
      named_(profile === 'default' ? '' : 'profile ', profile)(section),
    ),
  ].map((source) => ({ ...source, origin: `${source.origin} profile ${profile}` }));
  const services = config.sources
    .map(({ section }) => section)
    .filter(({ name }) => name.startsWith('services '));
  return placeOf(
    profile,
    sources,
    services,
    [credentials.trouble, config.trouble].filter((text) => text !== undefined),
    variable(around, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true',
  );
}

/** The same for a file that the config names. */
export function fromCredentialsFile(around: Surroundings, file: string, profile = 'default'): S3Place {
  const { sources, trouble } = readSections(around, file);
  const own = sources.filter(
    ({ section }) => section.name === profile || (profile === 'default' && section.name === ''),
  );
  const place = placeOf(profile, own, [], trouble === undefined ? [] : [trouble], false);
  return { ...place, name: `${showPath(file, around)} profile ${profile}` };
}

function readSections(around: Surroundings, file: string): { sources: Source[]; trouble?: string } {
  const look = around.look(file);
  const origin = showPath(file, around);
  if (look.outcome === 'missing') return { sources: [], trouble: `${origin} is not there` };
  if (look.outcome === 'unreadable') return { sources: [], trouble: `${origin}: ${look.reason}` };
  return { sources: parseIni(look.text).map((section) => ({ section, origin })) };
}

function placeOf(
  profile: string,
  sources: readonly Source[],
  services: readonly IniSection[],
  troubles: readonly string[],
  ignoreEndpoints: boolean,
): S3Place {
  const first = (...names: string[]): Found<string> | undefined => {
    for (const { section, origin } of sources) {
      for (const name of names) {
        const value = section.values.get(name) ?? section.nested.get(name);
        if (value !== undefined && value !== '') return { value, origin };
      }
    }
    return undefined;
  };
  const id = first('aws_access_key_id');
  const secret = first('aws_secret_access_key');
  const token = first('aws_session_token');
  const region = first('region', 'aws_region', 'aws_default_region');
  const service = first('services');
  const ofService = services
    .find(({ name }) => name === `services ${service?.value ?? ''}`)
    ?.nested.get('s3.endpoint_url');
  const endpoint = ignoreEndpoints
    ? undefined
    : ofService !== undefined && service !== undefined
      ? { value: ofService, origin: service.origin }
      : first('s3.endpoint_url', 'endpoint_url', 'aws_endpoint_url_s3', 'aws_endpoint_url');
  const keys = id &&
    secret && {
      accessKeyId: id,
      secretAccessKey: { ...secret, value: new Secret(secret.value) },
      ...(token && { sessionToken: { ...token, value: new Secret(token.value) } }),
    };
  return {
    name: `~/.aws profile ${profile}`,
    ...(keys ? { keys } : { lacks: lackOf(profile, sources, troubles, first) }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
  };
}

function lackOf(
  profile: string,
  sources: readonly Source[],
  troubles: readonly string[],
  first: (...names: string[]) => Found<string> | undefined,
): string {
  const other = otherWays.find((way) => first(way) !== undefined);
  if (other !== undefined) {
    return `the profile uses ${other}, which kuva cannot; get keys from it with \`aws configure export-credentials --profile ${profile} --format env\``;
  }
  if (first('aws_access_key_id')) return 'the profile has no aws_secret_access_key';
  if (first('aws_secret_access_key')) return 'the profile has no aws_access_key_id';
  if (sources.length > 0) return 'the profile has no keys';
  return troubles.length > 0 ? troubles.join('; ') : `there is no profile ${profile}`;
}

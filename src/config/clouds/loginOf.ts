import type { CloudLogin, NameInDomain } from '../../cloud/session/login.ts';
import { type FailureCode, KuvaError } from '../../image/failure.ts';
import { Secret } from '../../image/secret.ts';
import type { CloudEntry } from './cloudsYaml.ts';

export interface FoundLogin {
  readonly login: CloudLogin;
  /** Worth telling, but in nobody's way. */
  readonly notes: readonly string[];
}

/** How to call a setting in a message: as in `clouds.yaml`, or as a variable. */
export type Naming = (setting: string) => string;

/**
 * What an entry of `clouds.yaml`, or the `OS_*` variables in the same form, say.
 * @throws KuvaError `config-invalid`, `secret-missing`
 */
export function loginOf(name: string, entry: CloudEntry, naming: Naming): FoundLogin {
  const { auth } = entry;
  const lacks = (code: FailureCode, setting: string, remedy: string): KuvaError =>
    new KuvaError(code, { what: `The login of ${name} has no ${naming(setting)}`, remedy });
  const completing = 'Download the file anew from the web page of the cloud, or complete it.';
  if (auth.auth_url === undefined) {
    const profile =
      typeof entry['profile'] === 'string' ? ` (kuva does not know the profile ${entry['profile']})` : '';
    throw lacks('config-invalid', 'auth_url', `${completing}${profile}`);
  }
  const notes: string[] = [];
  if (entry.verify?.toLowerCase() === 'false') {
    notes.push(`${name}: kuva checks certificates all the same, though ${naming('verify')} is false.`);
  }
  if (entry.cacert !== undefined) {
    notes.push(`${name}: for ${naming('cacert')}, start kuva with NODE_EXTRA_CA_CERTS=${entry.cacert}.`);
  }
  const login = {
    name,
    authUrl: keystoneUrl(auth.auth_url, name),
    interface: interfaceOf(entry.interface, name),
    ...(entry.region_name !== undefined && { region: entry.region_name }),
  };
  const isCredential =
    auth.application_credential_id !== undefined || auth.application_credential_name !== undefined;
  if (isCredential || entry.auth_type?.includes('applicationcredential') === true) {
    if (!isCredential) throw lacks('config-invalid', 'application_credential_id', completing);
    if (auth.application_credential_secret === undefined) {
      throw lacks(
        'secret-missing',
        'application_credential_secret',
        'Put it there, or into a secure.yaml beside it.',
      );
    }
    const scope = (['project_name', 'project_id', 'tenant_name', 'password'] as const).find(
      (setting) => auth[setting] !== undefined,
    );
    if (scope !== undefined) {
      notes.push(
        `${name}: ${naming(scope)} stands beside an application credential, and kuva leaves it out; the openstack command would fail with it (“cannot request a scope”).`,
      );
    }
    const secret = new Secret(auth.application_credential_secret);
    const credential =
      auth.application_credential_id !== undefined
        ? { id: auth.application_credential_id }
        : { name: auth.application_credential_name ?? '', user: userOf(entry, lacks) };
    return { login: { ...login, auth: { method: 'application-credential', credential, secret } }, notes };
  }
  if (entry.auth_type !== undefined && !['password', 'v3password'].includes(entry.auth_type)) {
    throw new KuvaError('config-invalid', {
      what: `The login of ${name} is of the kind ${entry.auth_type}, which kuva does not know`,
      remedy: 'Use a user name and a password, or an application credential.',
    });
  }
  const user = userOf(entry, lacks);
  if (auth.password === undefined) {
    throw lacks(
      'secret-missing',
      'password',
      'Put it into a secure.yaml beside clouds.yaml (chmod 600), or set OS_PASSWORD together with the other OS_* variables.',
    );
  }
  const project = inDomain(
    auth.project_id ?? auth.tenant_id,
    auth.project_name ?? auth.tenant_name,
    auth.project_domain_id ?? auth.domain_id,
    auth.project_domain_name ?? auth.domain_name ?? auth.default_domain,
  );
  if (project === undefined) throw lacks('config-invalid', 'project_name', completing);
  return {
    login: { ...login, auth: { method: 'password', user, password: new Secret(auth.password), project } },
    notes,
  };
}

function userOf(
  { auth }: CloudEntry,
  lacks: (code: FailureCode, setting: string, remedy: string) => KuvaError,
): NameInDomain {
  const user = inDomain(
    auth.user_id,
    auth.username,
    auth.user_domain_id ?? auth.domain_id,
    auth.user_domain_name ?? auth.domain_name ?? auth.default_domain,
  );
  if (user === undefined) throw lacks('config-invalid', 'username', 'Complete it.');
  return user;
}

function inDomain(
  id: string | undefined,
  name: string | undefined,
  domainId: string | undefined,
  domainName: string | undefined,
): NameInDomain | undefined {
  if (id !== undefined) return { id };
  if (name === undefined) return undefined;
  // A newcomer's file may leave the domain out; every Keystone has this one.
  return { name, domain: domainName === undefined ? { id: domainId ?? 'default' } : { name: domainName } };
}

function keystoneUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new KuvaError('config-invalid', {
      what: `The auth_url of ${name} is no address: ${text}`,
      remedy: 'It reads like https://pouta.csc.fi:5001/v3.',
    });
  }
  // Many files leave the version out, and some still name the second.
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/v[23](\.\d+)?$/, '')}/v3`;
  return url;
}

function interfaceOf(text: string | undefined, name: string): CloudLogin['interface'] {
  switch (text?.replace(/URL$/, '')) {
    case undefined:
    case 'public':
      return 'public';
    case 'internal':
      return 'internal';
    case 'admin':
      return 'admin';
    default:
      throw new KuvaError('config-invalid', {
        what: `The interface of ${name} is none of public, internal, admin: ${text ?? ''}`,
        remedy: 'Leave it out: public is the usual one.',
      });
  }
}

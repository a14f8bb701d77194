import { type Surroundings, variable } from '../surroundings.ts';
import type { CloudEntry } from './cloudsYaml.ts';

/** What an openrc file sets, in the form of an entry of `clouds.yaml`; undefined where it names no cloud. */
export function fromOpenrc(around: Pick<Surroundings, 'env'>): CloudEntry | undefined {
  if (variable(around, 'OS_AUTH_URL') === undefined) return undefined;
  const read = (setting: string): string | undefined => variable(around, variableOf(setting));
  const settings = [
    'auth_url',
    'username',
    'user_id',
    'password',
    'project_name',
    'project_id',
    'tenant_name',
    'tenant_id',
    'user_domain_name',
    'user_domain_id',
    'project_domain_name',
    'project_domain_id',
    'domain_name',
    'domain_id',
    'default_domain',
    'application_credential_id',
    'application_credential_name',
    'application_credential_secret',
  ];
  return {
    auth: Object.fromEntries(settings.map((setting) => [setting, read(setting)])),
    auth_type: read('auth_type'),
    region_name: read('region_name'),
    interface: read('interface'),
    cacert: read('cacert'),
    verify: read('insecure') === undefined ? undefined : 'false',
  };
}

/** `project_name` → `OS_PROJECT_NAME`. */
export function variableOf(setting: string): string {
  return `OS_${setting.toUpperCase()}`;
}

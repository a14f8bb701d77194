import type { DatabaseChoice } from './config.ts';
import { withDefaults } from './defaults.ts';
import { entriesOf } from './jsonSchema.ts';
import type { KeyPath } from './mistake.ts';
import { fileNode } from './readForm.ts';
import type { ResolvedDatabase } from './resolveDatabase.ts';
import type { ResolvedPlace } from './resolvePlaces.ts';
import { secretSetting, type Setting, settingsOf } from './setting.ts';

export interface SettingsContext {
  readonly written: Readonly<Record<string, unknown>>;
  readonly places: readonly ResolvedPlace[];
  readonly database: ResolvedDatabase;
  readonly data: string;
  readonly origin: (path: KeyPath) => string;
}

/** Everything that is in force, in the order of the reference, written as in a config file. */
export function listSettings({ written, places, database, data, origin }: SettingsContext): Setting[] {
  const inForce = withDefaults(fileNode(), written);
  return entriesOf(inForce).flatMap(([key, value]): Setting[] => {
    switch (key) {
      case 'input':
      case 'output':
      case 'rejected':
      case 's3':
        return [];
      case 'done':
        return typeof value === 'object' ? [] : settingsOf(value, [key], origin);
      case 'pipeline':
        return [...settingsOf(value, [key], origin), ...placeSettings(places, origin)];
      case 'database':
        return databaseSettings(database, origin);
      case 'data':
        return [{ path: [key], value: data, origin: origin([key]) }];
      default:
        return settingsOf(value, [key], origin);
    }
  });
}

function placeSettings(places: readonly ResolvedPlace[], origin: (path: KeyPath) => string): Setting[] {
  const shown = new Set<string>();
  const servers: Setting[] = [];
  const urls = places.map(({ role, place, path, s3Path, answer }): Setting => {
    if (place.kind === 's3' && !shown.has(s3Path.join('.'))) {
      shown.add(s3Path.join('.'));
      servers.push(...serverSettings(s3Path, answer));
    }
    const moved = role === 'rejected' || role === 'done';
    const apart = s3Path[0] === role && !moved;
    const at: KeyPath = moved ? [role, 'move'] : apart ? [role, 'url'] : [role];
    return { path: at, value: place.url, origin: origin(path) };
  });
  // A server of one bucket stands below that bucket, the common one below all.
  const own = (setting: Setting, url: Setting) => setting.path[0] === url.path[0] && setting.path[0] !== 's3';
  return [
    ...urls.flatMap((url) => [url, ...servers.filter((setting) => own(setting, url))]),
    ...servers.filter(({ path }) => path[0] === 's3'),
  ];
}

function serverSettings(at: KeyPath, answer: ResolvedPlace['answer']): Setting[] {
  const access = answer?.access;
  if (access === undefined) return [{ path: [...at, 'access_key_id'], value: null, origin: 'not found' }];
  const { endpoint, region, keys } = access;
  return [
    { path: [...at, 'endpoint'], value: endpoint.value.href.replace(/\/$/, ''), origin: endpoint.origin },
    { path: [...at, 'region'], value: region.value, origin: region.origin },
    { path: [...at, 'access_key_id'], value: keys.accessKeyId.value, origin: keys.accessKeyId.origin },
    secretSetting([...at, 'secret_access_key'], keys.secretAccessKey.origin),
    ...(keys.sessionToken ? [secretSetting([...at, 'session_token'], keys.sessionToken.origin)] : []),
  ];
}

function databaseSettings(
  { database, answer }: ResolvedDatabase,
  origin: (path: KeyPath) => string,
): Setting[] {
  if (database?.kind !== 'server') {
    return [{ path: ['database'], value: 'embedded', origin: origin(['database']) }];
  }
  const { connection } = database;
  const from = (part: keyof Connection) => answer?.origins[part] ?? 'default';
  const plain = ['host', 'port', 'database', 'user', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;
  return [
    ...plain.flatMap((part): Setting[] => {
      const value = connection[part];
      if (value === undefined) return [];
      return [{ path: ['database', part === 'database' ? 'name' : part], value, origin: from(part) }];
    }),
    connection.password
      ? secretSetting(['database', 'password'], from('password'))
      : { path: ['database', 'password'], value: null, origin: 'not found' },
  ];
}

type Connection = Extract<DatabaseChoice, { kind: 'server' }>['connection'];

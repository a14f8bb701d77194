/**
 * `clouds.yaml`, with `secure.yaml` merged over it, where OpenStack's own tools look for them. Source: openstacksdk,
 * "Configuring OpenStack SDK Applications".
 */
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { absolutePath, showPath, type Surroundings, variable } from '../surroundings.ts';

const place = z.string().optional();

/** All values are texts: read as numbers, the password 0123 would be another one. */
const entrySchema = z.looseObject({
  auth: z
    .looseObject({
      auth_url: place,
      username: place,
      user_id: place,
      password: place,
      project_name: place,
      project_id: place,
      tenant_name: place,
      tenant_id: place,
      user_domain_name: place,
      user_domain_id: place,
      project_domain_name: place,
      project_domain_id: place,
      domain_name: place,
      domain_id: place,
      default_domain: place,
      application_credential_id: place,
      application_credential_name: place,
      application_credential_secret: place,
    })
    .default({}),
  auth_type: place,
  region_name: place,
  interface: place,
  cacert: place,
  verify: place,
});

export type CloudEntry = z.infer<typeof entrySchema>;

export interface CloudsFile {
  /** For people. */
  readonly name: string;
  /** By the name of the cloud. */
  readonly clouds: ReadonlyMap<string, CloudEntry>;
  /** Others may read a file with a password in it. */
  readonly openToOthers: readonly string[];
}

const endings = ['.yaml', '.yml'];

/** The folders in which they are looked for, the first that has one wins. */
export function cloudsFolders({ cwd, home, env }: Pick<Surroundings, 'cwd' | 'home' | 'env'>): string[] {
  const config = variable({ env }, 'XDG_CONFIG_HOME') ?? path.join(home, '.config');
  return [cwd, path.join(config, 'openstack'), '/etc/openstack'];
}

/**
 * Undefined: there is none.
 * @throws KuvaError `config-invalid`, `config-missing` when a variable names a file that is not there
 */
export function readCloudsFile(around: Surroundings): CloudsFile | undefined {
  const clouds = readFirst(around, 'clouds', 'OS_CLIENT_CONFIG_FILE');
  if (clouds === undefined) return undefined;
  const secure = readFirst(around, 'secure', 'OS_CLIENT_SECURE_FILE');
  const merged = secure === undefined ? clouds.tree : merge(clouds.tree, secure.tree);
  const parsed = z.looseObject({ clouds: z.record(z.string(), entrySchema) }).safeParse(merged);
  if (parsed.error !== undefined) {
    const [issue] = parsed.error.issues;
    throw new KuvaError('config-invalid', {
      what: `${clouds.name} is not as a clouds.yaml must be: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      remedy: 'Download it anew from the web page of the cloud (API access → OpenStack clouds.yaml file).',
    });
  }
  return {
    name: clouds.name,
    clouds: new Map(Object.entries(parsed.data.clouds)),
    openToOthers: [clouds, secure].flatMap((one) => (one?.openToOthers === true ? [one.name] : [])),
  };
}

interface Tree {
  readonly name: string;
  readonly tree: unknown;
  readonly openToOthers: boolean;
}

function readFirst(around: Surroundings, stem: string, named: string): Tree | undefined {
  const given = variable(around, named);
  const files =
    given === undefined
      ? cloudsFolders(around).flatMap((folder) =>
          endings.map((ending) => path.join(folder, `${stem}${ending}`)),
        )
      : [absolutePath(given, around.cwd, around)];
  for (const file of files) {
    const look = around.look(file);
    const name = showPath(file, around);
    if (look.outcome === 'unreadable') {
      throw new KuvaError('config-invalid', {
        what: `${name} cannot be read: ${look.reason}`,
        remedy: 'Correct its permissions, or name another file in OS_CLIENT_CONFIG_FILE.',
      });
    }
    if (look.outcome === 'read') {
      return { name, tree: parseTree(look.text, name), openToOthers: look.openToOthers };
    }
  }
  if (given === undefined) return undefined;
  throw new KuvaError('config-missing', {
    what: `${named} names ${given}, which is not there`,
    remedy: `Correct ${named}, or unset it.`,
  });
}

function parseTree(text: string, name: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe' });
  const [error] = document.errors;
  if (error === undefined) return document.toJS();
  throw new KuvaError('config-invalid', {
    // Its message would quote the line, which may hold the password.
    what: `${name} is not valid YAML, at line ${error.linePos?.[0].line ?? 1}`,
    remedy: 'Correct it; lines are indented by spaces, and values with special characters stand in quotes.',
  });
}

function merge(under: unknown, over: unknown): unknown {
  if (!isTree(under) || !isTree(over)) return over ?? under;
  const all = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...all].map((key) => [key, merge(under[key], over[key])]));
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

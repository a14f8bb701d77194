import { KuvaError } from '../../image/failure.ts';
import type { Secret } from '../../image/secret.ts';
import type { S3Keys } from '../secrets/cloudSecrets.ts';
import { layout } from './layout.ts';
import type { ArchivedFile } from './release/tar.ts';

/** Everything that a worker is told. */
export interface WorkerSettings {
  /** The user's kuva.yaml as read; of its places nothing is taken over. */
  readonly form: Readonly<Record<string, unknown>>;
  /** Buckets. */
  readonly input: string;
  readonly output: string;
  readonly s3: { readonly endpoint: URL; readonly region?: string; readonly keys: S3Keys };
  readonly database: {
    readonly host: string;
    readonly port?: number;
    readonly name: string;
    readonly user: string;
    readonly password: Secret;
    /** Left out: `require`, the least that Pukki takes. */
    readonly sslmode?: string;
  };
  /** Where the worker serves its health and dashboard, for its own machine alone. Left out: 9464. */
  readonly port?: number;
  /** Values of the `\${NAME}`s in the form, such as an alert hook's secret. */
  readonly environment?: ReadonlyMap<string, Secret>;
  /** What the recipe names relative to kuva.yaml, such as a watermark. */
  readonly files?: readonly { readonly path: string; readonly bytes: Buffer }[];
}

/** Of the machine alone, or of the places. */
const replaced = ['input', 'output', 's3', 'database', 'data', 'http', 'events', 'cloud', 'log'] as const;

/** What of kuva.yaml comes onto a machine as it is. */
export function keptOf(form: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(form).filter(([key]) => !replaced.some((one) => one === key)));
}

/** The files below `/etc/kuva`, by name; those under `secrets/` are the secrets. */
export function workerFiles(settings: WorkerSettings): ArchivedFile[] {
  const {
    form,
    input,
    output,
    s3,
    database,
    port: httpPort = 9464,
    environment = new Map<string, Secret>(),
    files = [],
  } = settings;
  const { host, port = 5432, name, user, password, sslmode = 'require' } = database;
  const config = {
    ...keptOf(form),
    input: `s3://${input}`,
    output: `s3://${output}`,
    s3: {
      endpoint: s3.endpoint.href,
      ...(s3.region !== undefined && { region: s3.region }),
      credentials_file: layout.s3File,
    },
    database: { host, port, name, user, password_file: layout.databaseFile, sslmode },
    data: layout.state,
    http: { listen: `127.0.0.1:${httpPort}` },
    log: { level: 'info', format: 'plain' },
  };
  const inSecrets = (path: string): string => path.slice(`${layout.config}/`.length);
  return [
    // YAML 1.2 takes JSON as it is.
    textFile(
      'kuva.yaml',
      `# Made by kuva: \`kuva cloud up\` writes it anew.\n${JSON.stringify(config, undefined, 2)}\n`,
    ),
    ...files.map(({ path, bytes }) => ({
      ...textFile(insideConfig(path), ''),
      size: bytes.length,
      content: { bytes },
    })),
    textFile(
      inSecrets(layout.s3File),
      `[default]\naws_access_key_id = ${s3.keys.accessKeyId}\naws_secret_access_key = ${s3.keys.secretAccessKey.reveal()}\n`,
    ),
    textFile(
      inSecrets(layout.databaseFile),
      `${[host, String(port), name, user, password.reveal()].map(passwordField).join(':')}\n`,
    ),
    textFile(
      inSecrets(layout.environmentFile),
      [...environment].map(([key, value]) => `${key}="${environmentValue(key, value.reveal())}"\n`).join(''),
    ),
  ];
}

function textFile(path: string, text: string): ArchivedFile {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, executable: false, content: { bytes } };
}

/** `\` and `:` are escaped (PostgreSQL's documentation, 32.16). */
function passwordField(text: string): string {
  return text.replaceAll(/[\\:]/g, String.raw`\$&`);
}

/** Between quotation marks, as both systemd (systemd.exec(5), EnvironmentFile) and a shell read it. */
function environmentValue(name: string, text: string): string {
  if (/[\n\r\0]/.test(text)) {
    throw new KuvaError('config-invalid', {
      what: `The value of ${name} has a line break in it, which a machine's environment can't hold`,
    });
  }
  return text.replaceAll(/["\\$`]/g, String.raw`\$&`);
}

function insideConfig(path: string): string {
  if (/^(?!secrets\/|kuva\.yaml$)[\w][\w. -]*(?:\/[\w][\w. -]*)*$/.test(path)) return path;
  throw new KuvaError('config-invalid', {
    what: `The recipe needs the file ${path}, which does not lie below the folder of kuva.yaml`,
    data: 'Nothing was changed on the machine.',
    remedy: 'Put it beside kuva.yaml and name it from there, e.g. `watermark.png`.',
  });
}

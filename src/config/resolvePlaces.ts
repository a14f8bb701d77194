/** Input, output, done and rejected: from what was written to buckets with their connections. */
import path from 'node:path';
import type { KuvaError } from '../image/failure.ts';
import type { Place, S3Login } from './config.ts';
import { folderAt, type Location, parseLocation } from './location.ts';
import type { Complaint, KeyPath } from './mistake.ts';
import type { S3Form } from './s3Schema.ts';
import type { FileConfig, LocationForm } from './schema.ts';
import { findS3Access, type S3Answer } from './secrets/s3Access.ts';
import { Secret } from '../image/secret.ts';
import type { Surroundings } from './surroundings.ts';
import { showFound } from './wording.ts';

export type Role = 'input' | 'output' | 'done' | 'rejected';

export interface ResolvedPlace {
  readonly role: Role;
  readonly place: Place;
  /** Where its URL stands in the file; "default" for the folders in `data`. */
  readonly path: KeyPath;
  /** The key path of its `s3` block. */
  readonly s3Path: KeyPath;
  readonly answer?: S3Answer;
}

export interface PlacesContext {
  readonly form: FileConfig;
  readonly broken: ReadonlySet<string>;
  /** Absolute. */
  readonly data: string;
  readonly around: Surroundings;
  /** Folder that relative paths of a setting start from. */
  readonly base: (key: string) => string;
  readonly origin: (path: KeyPath) => string;
}

export interface PlacesAnswer {
  readonly places: readonly ResolvedPlace[];
  readonly complaints: readonly Complaint[];
  readonly problems: readonly KuvaError[];
  readonly notes: readonly string[];
}

export function resolvePlaces(context: PlacesContext): PlacesAnswer {
  const { form, broken, data } = context;
  const complaints: Complaint[] = [];
  const problems: KuvaError[] = [];
  const notes = new Set<string>();
  const places: ResolvedPlace[] = [];
  const add = (role: Role, written: LocationForm | undefined, at: KeyPath, key: string) => {
    if (broken.has(key)) return;
    const urlPath = typeof written === 'object' ? [...at, 'url'] : at;
    const location =
      written === undefined
        ? folderAt(path.join(data, role))
        : parseLocation(urlOf(written), context.base(key), context.around);
    if (location.kind === 'fault') {
      const { what, expected, suggestion } = location;
      complaints.push({
        path: urlPath,
        part: 'value',
        found: showFound(urlOf(written), urlPath),
        what,
        ...(expected !== undefined && { expected }),
        ...(suggestion !== undefined && { suggestion }),
      });
      return;
    }
    const own = typeof written === 'object' ? written.s3 : undefined;
    const resolved = connect(role, location, own, urlPath, context);
    if (resolved.answer?.problem) problems.push(resolved.answer.problem);
    for (const note of resolved.answer?.notes ?? []) notes.add(note);
    places.push(resolved);
  };
  add('input', form.input, ['input'], 'input');
  add('output', form.output, ['output'], 'output');
  if (typeof form.done === 'object') add('done', form.done.move, ['done', 'move'], 'done');
  if (form.rejected.move !== undefined) add('rejected', form.rejected.move, ['rejected', 'move'], 'rejected');
  return { places, complaints, problems: distinct(problems), notes: [...notes] };
}

function connect(
  role: Role,
  location: Location,
  own: S3Form | undefined,
  at: KeyPath,
  { form, around, base, origin }: PlacesContext,
): ResolvedPlace {
  // Inputs are moved on the input's server, unless only the common block tells of one.
  const inherited =
    (role === 'rejected' || role === 'done') && typeof form.input === 'object' && form.input.s3 !== undefined;
  const s3Path = own !== undefined ? [role, 's3'] : inherited ? ['input', 's3'] : ['s3'];
  if (location.kind === 'folder') return { role, place: location, path: at, s3Path };
  const block = own ?? (inherited && typeof form.input === 'object' ? form.input.s3 : form.s3);
  const answer = findS3Access(
    {
      form: block,
      origin: (key) => origin([...s3Path, key]),
      base: base(String(s3Path[0])),
      url: location.url,
    },
    around,
  );
  return { role, place: { ...location, connection: loginOf(answer) }, path: at, s3Path, answer };
}

/** Without keys the login is an empty one, and the answer's problem says so: for `kuva config`, which shows what there is. */
function loginOf({ access }: S3Answer): S3Login {
  if (access === undefined) {
    return {
      endpoint: new URL('https://invalid.'),
      region: '',
      accessKeyId: '',
      secretAccessKey: new Secret(''),
    };
  }
  const { accessKeyId, secretAccessKey, sessionToken } = access.keys;
  return {
    endpoint: access.endpoint.value,
    region: access.region.value,
    accessKeyId: accessKeyId.value,
    secretAccessKey: secretAccessKey.value,
    ...(sessionToken && { sessionToken: sessionToken.value }),
  };
}

function urlOf(written: LocationForm | undefined): string {
  return typeof written === 'object' ? written.url : (written ?? '');
}

/** One message for two buckets without keys is enough. */
function distinct(problems: readonly KuvaError[]): KuvaError[] {
  const seen = new Set<string>();
  return problems.filter(({ code, data, remedy }) => {
    const text = `${code} ${data ?? ''} ${remedy ?? ''}`;
    return seen.has(text) ? false : seen.add(text);
  });
}

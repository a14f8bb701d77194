/** From a file, the environment and the command line to the configuration in force. */
import path from 'node:path';
import type { KuvaError } from '../image/failure.ts';
import type { KuvaConfig, Place } from './config.ts';
import { crossCheck } from './crossCheck.ts';
import { type ConfigText, findConfigFile } from './findFile.ts';
import { findLayers, noticeUnknownVariables, type Overrides } from './layers.ts';
import { ConfigInvalid, type KeyPath, showKeyPath } from './mistake.ts';
import { placer, readForm, recipeOf } from './readForm.ts';
import { resolveAlerts } from './resolveAlerts.ts';
import { resolveDatabase } from './resolveDatabase.ts';
import { resolveEvents } from './resolveEvents.ts';
import { resolveHttp } from './resolveHttp.ts';
import { resolvePlaces, type Role } from './resolvePlaces.ts';
import type { Setting } from './setting.ts';
import { listSettings } from './settings.ts';
import { absolutePath, realSurroundings, type Surroundings } from './surroundings.ts';
import { parseYamlFile, type YamlFile } from './yamlFile.ts';

export interface LoadOptions {
  /** What `--config` names. */
  readonly file?: string;
  /** From the command line; its relative paths start from the working directory. */
  readonly overrides?: Overrides;
  /** Left out: the real environment, home folder, working directory and files. */
  readonly around?: Surroundings;
}

export interface LoadedConfig {
  readonly value: KuvaConfig;
  /** Everything in force with its origin, in the form of the file. */
  readonly settings: readonly Setting[];
  /** The same origins by key path: "input" → "kuva.yaml line 3". */
  readonly origins: ReadonlyMap<string, string>;
  /** Worth telling, but in nobody's way. */
  readonly notes: readonly string[];
}

export interface InspectedConfig extends LoadedConfig {
  /** What keeps the value from being used: keys that were not found. Its logins are empty then. */
  readonly problems: readonly KuvaError[];
}

/**
 * The configuration in force.
 * @throws KuvaError `config-missing`, `config-invalid` ({@link ConfigInvalid}, with every mistake), `secret-missing`
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const { problems, ...loaded } = inspectConfig(options);
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return loaded;
}

/**
 * The same for `kuva config` and `kuva doctor`, which go on when keys are missing.
 * @throws KuvaError `config-missing`, `config-invalid`
 */
export function inspectConfig(options: LoadOptions = {}): InspectedConfig {
  const around = options.around ?? realSurroundings();
  const text = findConfigFile(options.file, around);
  const yaml = text && parseYamlFile(text.name, text.text);
  const layers = findLayers(options.overrides ?? {}, around);
  const { written, parsed, mistakes, broken } = readForm(yaml, layers);
  const place = placer(yaml, layers);

  const fileFolder = text === undefined ? around.cwd : path.dirname(text.file);
  const base = (key: string) => (layers.some((layer) => layer.key === key) ? around.cwd : fileFolder);
  const origin = originOf(yaml, text, layers);
  const data = absolutePath(parsed.data, base('data'), around);
  const { recipe, complaints: recipeComplaints } = recipeOf(parsed.recipe);
  const places = resolvePlaces({ form: parsed, broken, data, around, base, origin });
  const database = resolveDatabase({
    form: parsed.database,
    given: written['database'] !== undefined,
    data,
    base: base('database'),
    around,
    origin,
  });
  const embedded = database.database?.kind === 'embedded' ? database.database.folder : undefined;
  const alerts = resolveAlerts(parsed.alerts, base('alerts'), around);
  const http = resolveHttp(parsed.http, base('http'), around);
  const events = resolveEvents(
    { form: parsed.events, input: find('input'), http: http.http, base: base('events') },
    around,
  );
  const complaints = [
    ...recipeComplaints,
    ...places.complaints,
    ...database.complaints,
    ...http.complaints,
    ...alerts.complaints,
    ...events.complaints,
    ...crossCheck(places.places, embedded, around.realPath),
  ];
  const all = [...mistakes, ...complaints.map(place)].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const [input, output, rejected] = [find('input'), find('output'), find('rejected')];
  if (all.length > 0 || input === undefined || output === undefined || database.database === undefined) {
    throw new ConfigInvalid(
      all.every(({ line }) => line === undefined) ? 'The configuration' : (text?.name ?? 'The configuration'),
      all,
    );
  }

  const settings = listSettings({ written, places: places.places, database, data, origin });
  return {
    value: {
      ...(text && { file: text.file }),
      pipeline: parsed.pipeline,
      input,
      output,
      rejected: rejected === undefined ? {} : { move: rejected },
      database: database.database,
      data,
      recipe,
      conflict: parsed.conflict,
      limits: parsed.limits,
      worker: parsed.worker,
      log: parsed.log,
      http: http.http,
      alerts: alerts.alerts,
      ...(events.events !== undefined && { events: events.events }),
    },
    settings,
    origins: new Map(settings.map((setting) => [showKeyPath(setting.path), setting.origin])),
    notes: [
      ...places.notes,
      ...database.notes,
      ...http.notes,
      ...alerts.notes,
      ...events.notes,
      ...(database.answer?.passwordInConfig === true && text?.openToOthers === true
        ? [
            `${text.name} holds a password and other users of this machine may read it. Mend it with: chmod 600 ${text.name}`,
          ]
        : []),
      ...noticeUnknownVariables(around),
    ],
    problems: places.problems,
  };

  function find(role: Role): Place | undefined {
    return places.places.find((one) => one.role === role)?.place;
  }
}

/** Where a setting came from: the option, the variable, the line; a setting that nobody gave is a default. */
function originOf(
  yaml: YamlFile | undefined,
  text: ConfigText | undefined,
  layers: ReturnType<typeof findLayers>,
): (path: KeyPath) => string {
  return (at) => {
    const layer = layers.find(({ key }) => key === at[0]);
    if (layer !== undefined) return layer.origin;
    const line = yaml?.line(at);
    return line === undefined ? 'default' : `${text?.name ?? 'kuva.yaml'} line ${line}`;
  };
}

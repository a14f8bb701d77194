/** From a file, the environment and the command line to the configuration in force. */
import path from 'node:path';
import { KuvaError } from '../image/failure.ts';
import type { KuvaConfig } from './config.ts';
import { crossPipelines } from './crossPipelines.ts';
import { type ConfigText, findConfigFile } from './findFile.ts';
import { findLayers, noticeUnknownVariables, type Overrides } from './layers.ts';
import { entriesOf } from './jsonSchema.ts';
import { ConfigInvalid, type KeyPath, type Mistake, showKeyPath } from './mistake.ts';
import { type OnePipeline, pipelineComplaints, splitPipelines } from './pipelines.ts';
import { placer, readWritten } from './readForm.ts';
import { resolvePipeline } from './resolvePipeline.ts';
import type { Setting } from './setting.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { parseYamlFile, type YamlFile } from './yamlFile.ts';

export interface LoadOptions {
  /** What `--config` names. */
  readonly file?: string;
  /** What `--pipeline` names; left out: the first. */
  readonly pipeline?: string;
  /** From the command line; its relative paths start from the working directory. */
  readonly overrides?: Overrides;
  /** Left out: the real environment, home folder, working directory and files. */
  readonly around?: Surroundings;
}

export interface LoadedConfig {
  readonly value: KuvaConfig;
  /** Of every pipeline in the file, in its order. */
  readonly values: readonly KuvaConfig[];
  /** What was written in the file about that pipeline, as if the file were about it alone, and what is set over it. */
  readonly form: Readonly<Record<string, unknown>>;
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
  const loaded = inspectConfig(options);
  const [problem] = loaded.problems;
  if (problem !== undefined) throw problem;
  return loaded;
}

/**
 * The same for `kuva config` and `kuva doctor`, which go on when keys are missing.
 * @throws KuvaError `config-missing`, `config-invalid`; `usage-invalid` when there is no pipeline of that name
 */
export function inspectConfig(options: LoadOptions = {}): InspectedConfig {
  const around = options.around ?? realSurroundings();
  const text = findConfigFile(options.file, around);
  const yaml = text && parseYamlFile(text.name, text.text);
  const layers = findLayers(options.overrides ?? {}, around);
  const place = placer(yaml, layers);
  const { written, mistakes } = readWritten(yaml, layers);
  const fileFolder = text === undefined ? around.cwd : path.dirname(text.file);
  const base = (key: string) => (layers.some((layer) => layer.key === key) ? around.cwd : fileFolder);
  const origin = originOf(yaml, text, layers);
  const alone: OnePipeline = { name: '', written, own: {}, at: (one) => one };
  const list = splitPipelines(written);
  const checked = (list ?? [alone]).map((one) =>
    resolvePipeline(one, { text, place, origin, base, around, listed: list !== undefined }),
  );
  const inList = pipelineComplaints(written);
  // Two of one name would share their folders, too.
  const complaints = inList.length > 0 ? inList : crossPipelines(checked, around.realPath);
  const all = distinct([
    ...mistakes,
    ...checked.flatMap((one) => one.mistakes),
    ...complaints.map(place),
  ]).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const values = checked.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const [first] = values;
  if (all.length > 0 || first === undefined || values.length < checked.length) {
    throw new ConfigInvalid(
      all.every(({ line }) => line === undefined) ? 'The configuration' : (text?.name ?? 'The configuration'),
      all,
    );
  }
  // For who asks what is in force: few do, and the listing takes a tenth of a second.
  let listed: readonly Setting[] | undefined;
  const settings = (): readonly Setting[] =>
    (listed ??= distinctSettings(checked.flatMap((one) => one.settings())));
  const value = options.pipeline === undefined ? first : named(values, options.pipeline);
  return {
    value,
    values,
    form: (list?.find(({ name }) => name === value.pipeline) ?? alone).written,
    get settings() {
      return settings();
    },
    get origins() {
      return new Map(settings().map((setting) => [showKeyPath(setting.path), setting.origin]));
    },
    notes: [...new Set([...checked.flatMap(({ notes }) => notes), ...noticeUnknownVariables(around)])],
    problems: checked.flatMap(({ problems }) => problems),
  };
}

/**
 * The names of the pipelines that a file lists; undefined when it is about one. Does not look at anything else in it.
 * @throws KuvaError `config-missing`, `config-invalid` when it cannot be read
 */
export function pipelineNames(options: LoadOptions = {}): readonly string[] | undefined {
  const around = options.around ?? realSurroundings();
  const text = findConfigFile(options.file, around);
  const value = text && parseYamlFile(text.name, text.text).value;
  return splitPipelines(Object.fromEntries(entriesOf(value)))?.map(({ name }) => name);
}

function named(values: readonly KuvaConfig[], name: string): KuvaConfig {
  const found = values.find(({ pipeline }) => pipeline === name);
  if (found !== undefined) return found;
  throw new KuvaError('usage-invalid', {
    what: `There is no pipeline named ${name} in the configuration`,
    data: 'Nothing was started.',
    remedy: `There ${values.length === 1 ? 'is' : 'are'} ${values.map(({ pipeline }) => pipeline).join(', ')}.`,
  });
}

/** What is wrong above the list of pipelines is wrong for each of them, and told once. */
function distinct(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>();
  return mistakes.filter(({ line, column, key, what }) => {
    const text = JSON.stringify([line, column, key, what]);
    return seen.has(text) ? false : seen.add(text);
  });
}

function distinctSettings(settings: readonly Setting[]): Setting[] {
  return [...new Map(settings.map((setting) => [showKeyPath(setting.path), setting])).values()];
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

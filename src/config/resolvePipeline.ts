/** One pipeline of a file: from what was written to what is in force, with everything that is wrong. */
import path from 'node:path';
import type { KuvaError } from '../image/failure.ts';
import type { KuvaConfig, Place } from './config.ts';
import { crossCheck } from './crossCheck.ts';
import type { ConfigText } from './findFile.ts';
import type { Complaint, KeyPath, Mistake } from './mistake.ts';
import type { OnePipeline } from './pipelines.ts';
import { checkForm, recipeOf } from './readForm.ts';
import { resolveAlerts } from './resolveAlerts.ts';
import { resolveDatabase } from './resolveDatabase.ts';
import { resolveEvents } from './resolveEvents.ts';
import { resolveHttp } from './resolveHttp.ts';
import { type ResolvedPlace, resolvePlaces, type Role } from './resolvePlaces.ts';
import { resolveRules } from './resolveRules.ts';
import type { Setting } from './setting.ts';
import { listSettings } from './settings.ts';
import { absolutePath, type Surroundings } from './surroundings.ts';

export interface PipelineContext {
  readonly text: ConfigText | undefined;
  /** Gives a complaint its place, by its real path. */
  readonly place: (complaint: Complaint) => Mistake;
  readonly origin: (path: KeyPath) => string;
  /** Folder that relative paths of a setting start from. */
  readonly base: (key: string) => string;
  readonly around: Surroundings;
  /** It is one of several. */
  readonly listed: boolean;
}

export interface ResolvedPipeline {
  /** Undefined where something is missing for it. */
  readonly value: KuvaConfig | undefined;
  /** By their real paths. */
  readonly places: readonly ResolvedPlace[];
  readonly mistakes: readonly Mistake[];
  /** Everything in force, listed when it is asked for. */
  readonly settings: () => readonly Setting[];
  readonly notes: readonly string[];
  readonly problems: readonly KuvaError[];
}

export function resolvePipeline(one: OnePipeline, context: PipelineContext): ResolvedPipeline {
  const { text, around, base, listed } = context;
  const { written, at } = one;
  const place = (complaint: Complaint): Mistake => context.place({ ...complaint, path: at(complaint.path) });
  const origin = (key: KeyPath): string => context.origin(at(key));
  const { parsed, mistakes, broken } = checkForm(written, place);
  const data = absolutePath(parsed.data, base('data'), around);
  const { recipe, complaints: recipeComplaints } = recipeOf(parsed.recipe);
  const { rules, complaints: ruleComplaints } = resolveRules(parsed, written['recipe'] !== undefined);
  const places = resolvePlaces({
    form: parsed,
    broken,
    // Each of several has folders of its own.
    data: listed ? path.join(data, parsed.pipeline) : data,
    around,
    base,
    origin,
  });
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
  const find = (role: Role): Place | undefined => places.places.find((found) => found.role === role)?.place;
  const events = resolveEvents(
    { form: parsed.events, input: find('input'), http: http.http, base: base('events') },
    around,
  );
  const complaints = [
    ...recipeComplaints,
    ...ruleComplaints,
    ...places.complaints,
    ...database.complaints,
    ...http.complaints,
    ...alerts.complaints,
    ...events.complaints,
    ...crossCheck(places.places, embedded, around.realPath),
  ];
  const [input, output, rejected, done] = [find('input'), find('output'), find('rejected'), find('done')];
  const value: KuvaConfig | undefined =
    input === undefined || output === undefined || database.database === undefined
      ? undefined
      : {
          ...(text && { file: text.file }),
          pipeline: parsed.pipeline,
          input,
          output,
          wanted: {
            ...(parsed.include !== undefined && { include: parsed.include }),
            ...(parsed.exclude !== undefined && { exclude: parsed.exclude }),
          },
          done: done !== undefined ? { move: done } : parsed.done === 'keep' ? 'keep' : 'delete',
          rejected: rejected === undefined ? {} : { move: rejected },
          database: database.database,
          data,
          recipe,
          choose: rules,
          conflict: parsed.conflict,
          limits: parsed.limits,
          worker: parsed.worker,
          log: parsed.log,
          http: http.http,
          alerts: alerts.alerts,
          ...(events.events !== undefined && { events: events.events }),
          ...(places.problems.length > 0 &&
            parsed.s3?.endpoint !== undefined && { s3Endpoint: parsed.s3.endpoint }),
          ...(parsed.cloud !== undefined && { cloud: parsed.cloud }),
        };
  const settings = (): Setting[] => listSettings({ written, places: places.places, database, data, origin });
  const openPassword = database.answer?.passwordInConfig === true && text?.openToOthers === true;
  return {
    value,
    places: places.places.map((found) => ({ ...found, path: at(found.path) })),
    mistakes: [...mistakes, ...complaints.map(place)],
    settings: () => settings().map((setting) => ({ ...setting, path: at(setting.path) })),
    notes: [
      ...places.notes,
      ...database.notes,
      ...http.notes,
      ...alerts.notes,
      ...events.notes,
      ...(openPassword
        ? [
            `${text.name} holds a password and other users of this machine may read it. Mend it with: chmod 600 ${text.name}`,
          ]
        : []),
    ],
    problems: places.problems,
  };
}

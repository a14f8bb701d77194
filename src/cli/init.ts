/** `kuva init`: writes a commented kuva.yaml, asking only what it must. */
import { constants, copyFileSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { databaseLines } from '../config/initDatabase.ts';
import { inspectConfig } from '../config/load.ts';
import { ConfigInvalid } from '../config/mistake.ts';
import { type Location, type LocationFault, parseLocation } from '../config/location.ts';
import { allasEndpoint, findProposals } from '../config/proposals.ts';
import { schemaReference } from '../config/schemaFile.ts';
import { absolutePath, realSurroundings, type Surroundings, variable } from '../config/surroundings.ts';
import { configText } from '../config/template.ts';
import { KuvaError } from '../image/failure.ts';
import type { Ask } from './ask.ts';

export interface InitOptions {
  /** What `--config` names; left out: KUVA_CONFIG, else `kuva.yaml` in the working directory. */
  readonly file?: string;
  readonly input?: string;
  readonly output?: string;
  readonly database?: string;
  /** The S3 server's URL. */
  readonly endpoint?: string;
  /** Overwrite files that are there. */
  readonly force?: boolean;
  /** How to ask; left out: nothing is asked (`--yes`). */
  readonly ask?: Ask;
  readonly around?: Surroundings;
}

export interface InitResult {
  /** Absolute paths, the configuration first. */
  readonly written: readonly string[];
  /** Worth telling: a password was moved, a secret is missing. */
  readonly notes: readonly string[];
  /** Commands to go on with. */
  readonly next: readonly string[];
}

/**
 * Everything is asked and checked before the first byte is written.
 * @throws KuvaError `usage-invalid` for an answer that cannot be used, `folder-unusable` when a file is there already or
 *   cannot be written, `interrupted` when a question was answered with Ctrl-C
 */
export async function initConfig(options: InitOptions): Promise<InitResult> {
  const around = options.around ?? realSurroundings();
  const file = absolutePath(
    options.file ?? variable(around, 'KUVA_CONFIG') ?? 'kuva.yaml',
    around.cwd,
    around,
  );
  const folder = path.dirname(file);
  const passwords = path.join(folder, `${path.basename(file).replace(/\.ya?ml$/, '')}.pgpass`);
  refuseExisting([file], options.force === true, around);

  const found = findProposals(around);
  const answer = async (given: string | undefined, question: string, proposed: string): Promise<string> =>
    given ?? (options.ask === undefined ? proposed : options.ask(question, proposed));
  const placed = (text: string): string => rebased(text, folder, around);
  const asking = options.ask !== undefined;
  const plain = { input: 'file:./kuva-data/input', output: 'file:./kuva-data/output', database: 'embedded' };
  const propose = asking ? found : plain;
  const input = placed(
    await answer(options.input, 'Where do images come from (s3://bucket or file:folder)?', propose.input),
  );
  const output = placed(await answer(options.output, 'Where do results go?', propose.output));
  const onS3 = [input, output].some((url) => url.startsWith('s3:'));
  const server = options.endpoint ?? (onS3 ? found.endpoint : undefined);
  const endpoint =
    server === undefined && onS3 && options.ask !== undefined
      ? await options.ask('Which S3 server? The one of Allas is proposed.', allasEndpoint)
      : server;
  const database = await answer(
    options.database,
    'Which database (embedded, env, a db_cred.sh, or postgres://user@host/database)?',
    propose.database,
  );
  const lines = databaseLines(
    relativeScript(database, folder, around),
    `./${path.basename(passwords)}`,
    around.user,
  );
  if (lines.passwordFile !== undefined) refuseExisting([passwords], options.force === true, around);

  const text = configText({
    input,
    output,
    database: lines.database,
    ...(endpoint !== undefined && { endpoint }),
    schema: schemaReference(folder),
  });
  const secrets = lines.passwordFile === undefined ? [] : [{ file: passwords, text: lines.passwordFile }];
  const notes = checkText(file, text, secrets, around);
  writeBoth({ file, text }, secrets, options.force === true);
  const named =
    file === path.join(around.cwd, 'kuva.yaml') ? '' : ` --config ${path.relative(around.cwd, file)}`;
  return {
    written: [file, ...secrets.map((secret) => secret.file)],
    notes: [
      ...(secrets.length === 0
        ? []
        : [
            `The password stands in ${path.basename(passwords)}, which only you can read, and not in ${path.basename(file)}. It was part of a command line: your shell's history may hold it.`,
          ]),
      ...notes,
    ],
    next: [`kuva doctor${named}`, `kuva run${named}`],
  };
}

/**
 * Loads the text as if it were written already: no file is made that kuva itself would refuse.
 * @returns what is worth telling about it
 */
function checkText(
  file: string,
  text: string,
  secrets: readonly { file: string; text: string }[],
  around: Surroundings,
): string[] {
  const asIf: Surroundings = {
    ...around,
    // What is set over the file must not hide a mistake in it; the variables of `database: env` may be set later.
    env: {
      PGHOST: 'localhost',
      ...Object.fromEntries(Object.entries(around.env).filter(([name]) => !name.startsWith('KUVA_'))),
    },
    look: (name) => {
      const own = name === file ? { text } : secrets.find((secret) => secret.file === name);
      return own === undefined ? around.look(name) : { outcome: 'read', text: own.text, openToOthers: false };
    },
  };
  try {
    const { notes, problems } = inspectConfig({ file, around: asIf });
    return [...notes, ...problems.map((problem) => `${problem.message}. ${problem.remedy ?? ''}`)];
  } catch (thrown) {
    if (!(thrown instanceof ConfigInvalid)) throw thrown;
    throw new KuvaError('usage-invalid', {
      what: thrown.mistakes.map(({ key, what }) => `${key}: ${what}`).join('; '),
      data: 'Nothing was written.',
      remedy: 'Give other answers.',
      cause: thrown,
    });
  }
}

/** A relative folder, as typed in the working directory, for a file that may stand elsewhere. */
function rebased(text: string, folder: string, around: Surroundings): string {
  const location: Location | LocationFault = parseLocation(text.trim(), around.cwd, around);
  if (location.kind === 'fault') {
    throw new KuvaError('usage-invalid', {
      what: `${JSON.stringify(text)}: ${location.what}`,
      data: 'Nothing was written.',
      remedy: [
        location.expected === undefined ? undefined : `Give ${location.expected}.`,
        location.suggestion === undefined ? undefined : `Did you mean ${location.suggestion}?`,
      ]
        .filter((part) => part !== undefined)
        .join(' '),
    });
  }
  return location.kind === 's3' || folder === around.cwd ? text.trim() : location.url;
}

function relativeScript(database: string, folder: string, around: Surroundings): string {
  if (!/\.sh$/.test(database) || folder === around.cwd) return database;
  return absolutePath(database, around.cwd, around);
}

function refuseExisting(files: readonly string[], force: boolean, around: Surroundings): void {
  const there = files.find((file) => around.look(file).outcome !== 'missing');
  if (there !== undefined && !force) throw existing(there);
}

/** The secrets first, so that the configuration never names a file that is not there; none stays when it fails. */
function writeBoth(
  config: { readonly file: string; readonly text: string },
  secrets: readonly { readonly file: string; readonly text: string }[],
  force: boolean,
): void {
  const made: string[] = [];
  try {
    for (const { file, text } of secrets) {
      writeWhole(file, text, 0o600, force);
      made.push(file);
    }
    writeWhole(config.file, config.text, 0o644, force);
  } catch (thrown) {
    for (const file of force ? [] : made) rmSync(file, { force: true });
    throw thrown;
  }
}

/** Whole or not at all; without `force`, never over a file that came to be there meanwhile. */
function writeWhole(file: string, text: string, mode: number, force: boolean): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, text, { mode, flag: 'wx' });
    if (force) renameSync(beside, file);
    else placeNew(beside, file);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') throw existing(file, thrown);
    throw new KuvaError('folder-unusable', {
      what: `${file} cannot be written: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`,
      data: 'Nothing was written.',
      remedy: 'Choose another folder, or mend its permissions.',
      cause: thrown,
    });
  } finally {
    rmSync(beside, { force: true });
  }
}

/** A hard link is there whole at once; some file systems have none. */
function placeNew(beside: string, file: string): void {
  try {
    linkSync(beside, file);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') throw thrown;
    copyFileSync(beside, file, constants.COPYFILE_EXCL);
  }
}

function existing(file: string, cause?: unknown): KuvaError {
  return new KuvaError('folder-unusable', {
    what: `${file} exists already`,
    data: 'It was left as it is, and nothing was written.',
    remedy: 'Use --force to overwrite it, or --config to write another file.',
    cause,
  });
}

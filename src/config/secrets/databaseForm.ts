import { Secret } from '../../image/secret.ts';
import type { DatabaseBlock } from '../../ledger/config.ts';
import { absolutePath, type Surroundings, variable } from '../surroundings.ts';
import { type DatabaseParts, mergeParts } from './databasePlace.ts';
import { parseDatabaseUrl } from './databaseUrl.ts';
import { fromDbCred } from './dbCred.ts';

export interface DatabaseQuestion {
  /** `env`, or the settings that the config gives. */
  readonly form: 'env' | DatabaseBlock;
  /** Where each setting stands. */
  readonly origin: (key: keyof DatabaseBlock) => string;
  readonly base: string;
}

export interface DatabaseFault {
  /** The setting of the block that is at fault; absent when it is something else, which `what` names. */
  readonly key?: keyof DatabaseBlock;
  readonly what: string;
}

/** What the config says, and the files that it names: its own lines before its URL, the URL before the script. */
export function fromForm(
  form: DatabaseBlock,
  { origin, base }: DatabaseQuestion,
  around: Surroundings,
  faults: DatabaseFault[],
  notes: string[],
): DatabaseParts {
  const text = (key: 'host' | 'name' | 'user' | 'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey') => {
    const value = form[key];
    return value === undefined ? undefined : { value, origin: origin(key) };
  };
  const [host, database, user, sslmode] = [text('host'), text('name'), text('user'), text('sslmode')];
  const [sslrootcert, sslcert, sslkey] = [text('sslrootcert'), text('sslcert'), text('sslkey')];
  const direct: DatabaseParts = {
    ...(host && { host }),
    ...(form.port !== undefined && { port: { value: form.port, origin: origin('port') } }),
    ...(database && { database }),
    ...(user && { user }),
    ...(sslmode && { sslmode }),
    ...(sslrootcert && { sslrootcert }),
    ...(sslcert && { sslcert }),
    ...(sslkey && { sslkey }),
  };
  let ofPassword: DatabaseParts = {};
  if (form.password !== undefined) {
    const name = form.password.slice(2, -1);
    const value = variable(around, name);
    if (value === undefined)
      faults.push({ key: 'password', what: `the variable ${name} is not set in the environment` });
    else ofPassword = { password: { value: new Secret(value), origin: `env ${name}` } };
  }
  let ofUrl: DatabaseParts = {};
  if (form.url !== undefined) {
    const url = withReferences(form.url, around);
    const parsed = parseDatabaseUrl(url.text, origin('url'));
    faults.push(...[...url.faults, ...parsed.faults].map((what) => ({ key: 'url' as const, what })));
    if (parsed.ignored.length > 0)
      notes.push(`The database URL's ${parsed.ignored.join(', ')} changes nothing here.`);
    ofUrl = parsed.parts;
  }
  let ofScript: DatabaseParts = {};
  if (form.credentials_file !== undefined) {
    const script = fromDbCred(around, absolutePath(form.credentials_file, base, around));
    faults.push(...script.faults.map((what) => ({ key: 'credentials_file' as const, what })));
    if (script.warning !== undefined) notes.push(script.warning);
    ofScript = script.parts;
  }
  return mergeParts(direct, ofPassword, ofUrl, ofScript);
}

/** `${NAME}` within a URL stands for the variable's value, encoded as a URL needs it. */
function withReferences(text: string, around: Surroundings): { text: string; faults: string[] } {
  const faults: string[] = [];
  const replaced = text.replace(/\$\{([A-Za-z_]\w*)\}/g, (_whole, name: string) => {
    const value = variable(around, name);
    if (value === undefined) faults.push(`the variable ${name} is not set in the environment`);
    return encodeURIComponent(value ?? '');
  });
  return { text: replaced, faults };
}

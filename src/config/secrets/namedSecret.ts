/** A secret that the configuration names: an environment variable, or a file that holds it and nothing else. */
import { Secret } from '../../image/secret.ts';
import { absolutePath, type Surroundings, showPath, variable } from '../surroundings.ts';

export interface NamedSecret {
  /** `${NAME}` */
  readonly reference?: string | undefined;
  readonly file?: string | undefined;
  /** Folder that a relative `file` starts from. */
  readonly base: string;
}

export interface NamedSecretAnswer {
  readonly secret?: Secret;
  /** What is wrong, and with which of the two. */
  readonly fault?: { readonly at: 'reference' | 'file'; readonly what: string };
  readonly note?: string;
}

export function findNamedSecret(
  { reference, file, base }: NamedSecret,
  around: Surroundings,
): NamedSecretAnswer {
  if (reference !== undefined) {
    if (file !== undefined)
      return { fault: { at: 'file', what: 'a secret comes from one place, not from two' } };
    const name = reference.slice(2, -1);
    const value = variable(around, name);
    return value === undefined
      ? { fault: { at: 'reference', what: `the variable ${name} is not set in the environment` } }
      : { secret: new Secret(value) };
  }
  return file === undefined ? {} : fromFile(absolutePath(file, base, around), around);
}

function fromFile(path: string, around: Surroundings): NamedSecretAnswer {
  const name = showPath(path, around);
  const look = around.look(path);
  if (look.outcome === 'missing') return { fault: { at: 'file', what: `${name} is not there` } };
  if (look.outcome === 'unreadable') return { fault: { at: 'file', what: `${name}: ${look.reason}` } };
  const text = look.text.trim();
  if (text === '') return { fault: { at: 'file', what: `${name} is empty` } };
  // A warning only: secrets that Kubernetes mounts are readable by all users of their container.
  const note = `${name} holds a secret and other users of this machine may read it. Mend it with: chmod 600 ${name}`;
  return { secret: new Secret(text), ...(look.openToOthers && { note }) };
}

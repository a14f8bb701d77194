/** Hides what may be a secret in a line of a config file that is about to be shown. */
import { distance } from 'fastest-levenshtein';

export const mask = '****';

/** May the value under this key be a secret? Misspelled ones too; a reference to a file or a variable is none. */
export function isSecretKey(key: string): boolean {
  if (/_(file|env)$/i.test(key)) return false;
  if (/passw|passphrase|secret|token|credential/i.test(key)) return true;
  const parts = key.toLowerCase().split(/[_-]/);
  return parts.some(
    (part) =>
      part === 'pw' ||
      part === 'pass' ||
      distance(part, 'password') <= 3 ||
      distance(part, 'passwd') <= 2 ||
      distance(part, 'secret') <= 2 ||
      distance(part, 'token') <= 1,
  );
}

/** Passwords within URLs, and everything behind a key that names a secret. `${NAME}` references stay readable. */
export function maskSecrets(text: string): string {
  const urls = text
    .replace(/(:\/\/[^\s:/@]*:)(.*)@/g, (whole, head: string, password: string) =>
      isReference(password) ? whole : `${head}${mask}@`,
    )
    // An unfinished URL: what stands behind the colon is a password unless it is a port.
    .replace(
      /(postgres(?:ql)?:\/\/[^\s:/@]*:)(?!\d{1,5}(?:[/?\s'"]|$))(?!\*)(?!\$\{)[^\s/?'"]+(?!.*@)/g,
      `$1${mask}`,
    )
    .replace(/([?&](?:password|sslpassword)=)[^&\s'"]*/gi, `$1${mask}`);
  return maskNamed(urls);
}

/** `${NAME}`: the value of an environment variable. */
export function isReference(text: string): boolean {
  return /^\$\{[A-Za-z_]\w*\}$/.test(text);
}

function maskNamed(text: string): string {
  const keys = /([\w-]+)["']?\s*[:=]\s*/g;
  let shown = '';
  let done = 0;
  for (let match = keys.exec(text); match; match = keys.exec(text)) {
    if (!isSecretKey(match[1] ?? '')) continue;
    const value = valueAt(text, keys.lastIndex);
    if (value === '' || isReference(value.replace(/^["']|["']$/g, ''))) continue;
    shown += `${text.slice(done, keys.lastIndex)}${mask}`;
    done = keys.lastIndex + value.length;
    keys.lastIndex = done;
  }
  return shown + text.slice(done);
}

/** A value in quotes, up to the end of an entry in braces, or to the end of the line. */
function valueAt(text: string, at: number): string {
  const rest = text.slice(at);
  const quoted = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/.exec(rest);
  if (quoted) return quoted[0];
  return (text.slice(0, at).includes('{') ? /^[^,}]*/ : /^.*/).exec(rest)?.[0].trimEnd() ?? '';
}

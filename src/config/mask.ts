/** Hides what may be a secret in a line of a config file that is about to be shown. */

const secretWord = /password|secret|token|passwd/i;
const referenceName = /_(file|env)$/i;

/** May the value under this key be a secret? A reference to a file or a variable is none. */
export function isSecretKey(key: string): boolean {
  return secretWord.test(key) && !referenceName.test(key);
}

export const mask = '****';

/** Passwords within URLs, and everything behind a key that names a secret. `${NAME}` references stay readable. */
export function maskSecrets(text: string): string {
  return (
    text
      .replace(/(:\/\/[^\s:/@]*:)(.*)@/g, (whole, head: string, password: string) =>
        isReference(password) ? whole : `${head}${mask}@`,
      )
      // An unfinished URL: what stands behind the colon is a password unless it is a port.
      .replace(
        /(postgres(?:ql)?:\/\/[^\s:/@]*:)(?!\d{1,5}(?:[/?\s'"]|$))(?!\*)(?!\$\{)[^\s/?'"]+(?!.*@)/g,
        `$1${mask}`,
      )
      .replace(/([?&](?:password|sslpassword)=)[^&\s'"]*/gi, `$1${mask}`)
      .replace(namedSecret, (whole, head: string, rest: string) => {
        const key = /[\w-]+/.exec(head)?.[0] ?? '';
        return isSecretKey(key) && !isReference(rest.replace(/^["']|["']$/g, '')) ? `${head}${mask}` : whole;
      })
  );
}

/** A key that names a secret, and its value: in quotes, up to the end of an entry in braces, or to the end of the line. */
const namedSecret =
  /((?<![\w-])[\w-]*(?:password|secret|token|passwd)[\w-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|(?<=\{.*)[^\s,}][^,}]*|[^\s].*)/gi;

/** `${NAME}`: the value of an environment variable. */
export function isReference(text: string): boolean {
  return /^\$\{[A-Za-z_]\w*\}$/.test(text);
}

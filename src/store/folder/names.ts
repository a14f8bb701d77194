/**
 * Keys as paths, reversibly. An ordinary key is its own path: `my cat.jpg`, `photo%20one.jpg`, `100%.jpg`. Only
 * what a file system cannot hold is escaped, with the rare mark `%~`:
 *
 *     %~         an empty part: `a//b` is a/%~/b, `a/` is a/%~
 *     %~=x       the part x itself, where x is `.`, `..` or a name that this store has reserved
 *     %~p        the characters `%~`
 *     %~x3A;     a character that Windows does not allow
 *     abc%~+/%~+def   one part, abcdef: parts of more than 240 bytes are cut
 *
 * A key that cannot lie at its path, because `a` is a file and `a/b` is wanted too, lies under `%~flat/`, its
 * slashes written as `%~s`: there all folders end in `%~+` and no file does, so that nothing is ever in the way.
 */

/** The store's own folder in the bucket's folder. */
export const workFolder = '.kuva';

/** Where keys lie that cannot lie at their path. */
export const flatFolder = '%~flat';

/** File systems allow 255 bytes; a name of ours may get a few more for a mark. */
const maxPieceBytes = 240;

/** Ends a piece that goes on, and begins the next one: a piece may be `.` else. */
const goesOn = '%~+';
const seam = `${goesOn}/${goesOn}`;

/** Which of its two places a file lies in. */
export type Home = 'plain' | 'flat';

export interface NameRules {
  /** Escape what Windows refuses in names as well. */
  readonly windows: boolean;
}

const platformRules: NameRules = { windows: process.platform === 'win32' };

const windowsForbidden = /[<>:"|?*\\\u0001-\u001f]|[. ]$/g;
const windowsReserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The path of a key, relative to the bucket's folder, with `/` between its names. */
export function plainPath(key: string, rules: NameRules = platformRules): string {
  return key
    .split('/')
    .map((part, index) => encodePart(part, index === 0, rules))
    .join('/');
}

/** Where a key lies whose plain path is taken. */
export function flatPath(key: string, rules: NameRules = platformRules): string {
  return `${flatFolder}/${flatName(key, rules)}`;
}

/** A key as one name, cut into folders where it is long. No such name is a part of another. */
export function flatName(key: string, rules: NameRules = platformRules): string {
  const escaped = key.split('/').map((part) => escapeText(part, rules));
  return cut(shielded(escaped.join('%~s'), isReserved(key, rules)));
}

/** The key that lies at a path, or undefined when this store would never write that path. */
export function keyOfPath(path: string, rules: NameRules = platformRules): string | undefined {
  const key = path.startsWith(`${flatFolder}/`)
    ? decodeFlatName(path.slice(flatFolder.length + 1))
    : decodePlain(path);
  if (key === undefined) return undefined;
  // Two paths of one key would make one of them unreachable.
  const written = path.startsWith(`${flatFolder}/`) ? flatPath(key, rules) : plainPath(key, rules);
  return written === path ? key : undefined;
}

export function decodeFlatName(name: string): string | undefined {
  return unescape(unshielded(name.replaceAll(seam, '')).replaceAll('%~s', '/'));
}

function encodePart(part: string, isFirst: boolean, rules: NameRules): string {
  if (part === '') return '%~';
  const reserved = isReserved(part, rules) || (isFirst && part.toLowerCase() === workFolder);
  return cut(shielded(escapeText(part, rules), reserved));
}

function isReserved(name: string, rules: NameRules): boolean {
  return name === '.' || name === '..' || (rules.windows && windowsReserved.test(name));
}

function shielded(escaped: string, reserved: boolean): string {
  return reserved ? `%~=${escaped}` : escaped;
}

function unshielded(name: string): string {
  return name.startsWith('%~=') ? name.slice(3) : name;
}

function escapeText(text: string, rules: NameRules): string {
  const marked = text.replaceAll('%~', '%~p');
  return rules.windows
    ? marked.replace(windowsForbidden, (bad) => `%~x${bad.charCodeAt(0).toString(16).toUpperCase()};`)
    : marked;
}

/** Cuts a name into pieces of at most 240 bytes, never within a character or an escape. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= maxPieceBytes) return name;
  const pieces: string[] = [];
  let piece = '';
  for (const [token] of name.matchAll(/%~(?:x[0-9A-F]+;|.)?|[^]/gsu)) {
    if (Buffer.byteLength(piece) + Buffer.byteLength(token) > maxPieceBytes) {
      pieces.push(piece);
      piece = '';
    }
    piece += token;
  }
  return [...pieces, piece].join(seam);
}

function decodePlain(path: string): string | undefined {
  const parts: string[] = [];
  for (const name of path.replaceAll(seam, '').split('/')) {
    const part = name === '%~' ? '' : unescape(unshielded(name));
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.join('/');
}

function unescape(name: string): string | undefined {
  if (/%~(?!p|x[0-9A-F]{1,2};)/.test(name)) return undefined;
  return name.replace(/%~(?:p|x([0-9A-F]+);)/g, (_whole, hex?: string) =>
    hex === undefined ? '%~' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * The INI dialect of `~/.aws/config`, `~/.aws/credentials` and `~/.s3cfg`. A package for INI files in general
 * will not do: they cut values at `#` and `;`, strip quotes and turn `true` into a boolean, and a secret key may
 * hold any of these.
 */
export interface IniSection {
  /** As between the brackets, spaces trimmed; empty for lines before the first header. */
  readonly name: string;
  /** By lower-case name: CSC's `allas_conf` writes AWS_ACCESS_KEY_ID where the AWS tools write aws_access_key_id. */
  readonly values: ReadonlyMap<string, string>;
  /** Indented lines below a key without a value, e.g. `endpoint_url` below `s3 =`: "s3.endpoint_url". */
  readonly nested: ReadonlyMap<string, string>;
}

/**
 * Sections in the order of the file. A line that is no header, setting or comment is passed over, as the tools
 * that own these files do. A comment after a value needs a space before its `#` or `;`
 * (AWS SDKs and Tools reference guide, "Format of the shared config and credentials files").
 */
export function parseIni(text: string): IniSection[] {
  const sections: { name: string; values: Map<string, string>; nested: Map<string, string> }[] = [];
  const open = (name: string) => {
    const section = { name, values: new Map<string, string>(), nested: new Map<string, string>() };
    sections.push(section);
    return section;
  };
  let parent: string | undefined;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.replace(/(^|\s)[#;].*$/, '').trimEnd();
    const header = /^\[([^\]]*)\]\s*$/.exec(line);
    if (header?.[1] !== undefined) {
      open(header[1].trim().replace(/\s+/g, ' '));
      parent = undefined;
      continue;
    }
    const setting = /^(\s*)([^=\s][^=]*?)\s*=\s*(.*)$/.exec(line);
    if (setting?.[1] === undefined || setting[2] === undefined || setting[3] === undefined) continue;
    const section = sections.at(-1) ?? open('');
    const key = setting[2].toLowerCase();
    const value = setting[3].trim();
    if (setting[1] !== '' && parent !== undefined) {
      section.nested.set(`${parent}.${key}`, value);
    } else {
      section.values.set(key, value);
      parent = value === '' ? key : undefined;
    }
  }
  return sections;
}

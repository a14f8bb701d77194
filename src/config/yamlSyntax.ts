/** The YAML parser's faults in the words of somebody who does not know YAML by heart. */
import type { YAMLError } from 'yaml';
import { maskSecrets } from './mask.ts';

export interface SyntaxComplaint {
  readonly offset: number;
  readonly length: number;
  readonly what: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

export function explainSyntax(error: YAMLError, source: string): SyntaxComplaint {
  const [offset, end] = error.pos;
  const at = { offset, length: Math.max(1, end - offset) };
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const line = source.slice(lineStart).split('\n', 1)[0] ?? '';

  const glued = /^\s*(?:- )?([A-Za-z_]\w*):(?=[^\s/])(.*)$/.exec(line);
  const braces = /^(\s*(?:- )?[\w-]+:\s+)(\{\w+\}.*?)\s*$/.exec(line);
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        ...at,
        what: 'a line begins with a tab',
        expected: 'spaces, as many as the lines beside it have',
      };
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR': {
      if (glued?.[1] !== undefined) return missingSpace(at, glued[1], glued[2] ?? '');
      if (/quote/.test(error.message)) return { ...at, what: 'a quotation mark is opened and never closed' };
      return { ...at, what: 'this line has no colon', expected: 'a key, a colon, a space, a value' };
    }
    case 'UNEXPECTED_TOKEN':
      if (braces?.[1] !== undefined && braces[2] !== undefined) {
        return {
          ...at,
          what: 'a value that begins with { must stand in quotes',
          suggestion: maskSecrets(`${braces[1].trim()} '${braces[2].replaceAll("'", "''")}'`),
        };
      }
      return {
        ...at,
        what: 'there is more text after the end of the value',
        expected: 'one value; put it into quotes if it holds quotes or brackets itself',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        ...at,
        what: 'there are two keys on one line, or a value that holds a colon and a space',
        expected: 'one key a line, or the value in quotes',
      };
    case 'BAD_INDENT':
      return {
        ...at,
        what: 'this line is not indented as the lines that it belongs to',
        expected: 'the same number of spaces on each line of a block, and every bracket closed',
      };
    case 'DUPLICATE_KEY':
      return { ...at, what: 'this key is given twice', expected: 'each key once' };
    case 'BAD_SCALAR_START':
      return {
        ...at,
        what: `a value cannot begin with ${source.charAt(offset)} unless it stands in quotes`,
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        ...at,
        what: 'tags (words that begin with !) are not used here',
        expected: 'a plain value, or one in quotes',
      };
    case 'MULTIPLE_DOCS':
      return {
        ...at,
        what: 'a second document begins here (---)',
        expected: 'one document: one file is one pipeline',
      };
    default:
      return {
        ...at,
        what: `the YAML is not readable here: ${maskSecrets(error.message.split('\n', 1)[0] ?? '')}`,
      };
  }
}

function missingSpace(at: { offset: number; length: number }, key: string, value: string): SyntaxComplaint {
  return {
    ...at,
    what: 'a space is missing after the colon',
    suggestion: maskSecrets(`${key}: ${value}`),
  };
}

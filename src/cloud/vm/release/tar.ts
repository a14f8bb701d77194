import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { KuvaError } from '../../../image/failure.ts';

/** A file of an archive. */
export interface ArchivedFile {
  /** Inside the archive, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  readonly content: { readonly file: string } | { readonly bytes: Buffer };
}

const block = 512;

/**
 * A tar archive (POSIX.1-1988, ustar) of plain files, all of root's, with no times: the same files give the same bytes.
 * Written here because the `tar` of macOS adds files of its own for each one's attributes.
 */
export function tarOf(files: readonly ArchivedFile[]): Readable {
  return Readable.from(pieces(files));
}

async function* pieces(files: readonly ArchivedFile[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield header(file);
    if ('bytes' in file.content) yield file.content.bytes;
    else {
      let length = 0;
      for await (const chunk of createReadStream(file.content.file)) {
        const bytes = Buffer.from(chunk);
        length += bytes.length;
        yield bytes;
      }
      if (length !== file.size) {
        throw new KuvaError('internal', {
          what: `${file.content.file} changed while it was read`,
          data: 'The machines have the version that they had.',
          remedy: 'Leave the folder in which kuva is installed alone meanwhile, and do the same once more.',
        });
      }
    }
    yield Buffer.alloc((block - (file.size % block)) % block);
  }
  yield Buffer.alloc(block * 2);
}

function header({ path, size, executable }: ArchivedFile): Buffer {
  const bytes = Buffer.alloc(block);
  const [prefix, name] = splitPath(path);
  bytes.write(name, 0, 100);
  bytes.write(`${executable ? '0000755' : '0000644'}\0`, 100);
  bytes.write('0000000\0', 108);
  bytes.write('0000000\0', 116);
  bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  bytes.write('00000000000\0', 136);
  bytes.write('        ', 148);
  bytes.write('0', 156);
  bytes.write('ustar\x0000', 257);
  bytes.write(prefix, 345, 155);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** A name of at most 100 bytes, and before a slash at most 155 more. */
function splitPath(path: string): readonly [string, string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name];
  }
  throw new KuvaError('internal', { what: `A path is too long for an archive: ${path}` });
}

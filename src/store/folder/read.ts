import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { GetOptions, ObjectVersion, StoredObject } from '../contract.ts';
import { heardByMany } from '../signal.ts';
import { fileFailure, onFiles, stopped, unless } from './failure.ts';
import type { FileSystemTraits } from './fileSystem.ts';
import { etagOf, fileVersion } from './fileVersion.ts';
import { find } from './place.ts';
import type { Root } from './root.ts';

export async function headFile(
  root: Root,
  traits: FileSystemTraits,
  key: ObjectKey,
  signal?: AbortSignal,
): Promise<ObjectVersion | undefined> {
  const doing = `looking at ${showKey(key)} in ${root.name}`;
  stopped(doing, signal);
  await root.check();
  const found = await onFiles(doing, () => find(root, key, traits));
  return found === undefined ? undefined : fileVersion(key, found.stats);
}

/** @throws KuvaError `object-missing`, `object-changed`, `store-*`, `bucket-missing` */
export async function getFile(
  root: Root,
  traits: FileSystemTraits,
  key: ObjectKey,
  options: GetOptions = {},
): Promise<StoredObject> {
  const doing = `reading ${showKey(key)} from ${root.name}`;
  stopped(doing, options.signal);
  await root.check();
  const handle = await onFiles(doing, async () => {
    const found = await find(root, key, traits);
    // Between the look and the opening it may have become a link (ELOOP), or a pipe, which must not be waited for.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return found && (await unless(['ENOENT', 'ELOOP', 'ENOTDIR'], open(found.place.absolute, flags)));
  });
  if (handle === undefined) {
    throw new KuvaError('object-missing', {
      what: `There is no object named ${showKey(key)} in ${root.name}`,
      data: 'Nothing was changed.',
      remedy: 'Nothing to do: it was removed or renamed.',
    });
  }
  try {
    const stats = await onFiles(doing, () => handle.stat({ bigint: true }));
    const version = fileVersion(key, stats);
    if (!stats.isFile() || (options.ifMatch !== undefined && options.ifMatch !== version.etag)) {
      throw changed(key, root);
    }
    const size = Math.min(version.size, options.first ?? version.size);
    return { version, body: new FileBody(handle, { ...version, size }, root, heardByMany(options.signal)) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function changed(key: ObjectKey, root: Root): KuvaError {
  return new KuvaError('object-changed', {
    what: `${showKey(key)} in ${root.name} was replaced or is still being written`,
    data: 'The file was left as it is.',
    remedy: 'Nothing to do: it counts as a new image once it is complete.',
  });
}

const readSize = 256 * 1024;

/** The bytes of one version: fails with `object-changed` if the file changed while it was read. */
class FileBody extends Readable {
  readonly #handle: FileHandle;
  readonly #version: ObjectVersion;
  readonly #root: Root;
  #position = 0;

  constructor(handle: FileHandle, version: ObjectVersion, root: Root, signal: AbortSignal | undefined) {
    super({ highWaterMark: readSize, ...(signal === undefined ? {} : { signal }) });
    this.#handle = handle;
    this.#version = version;
    this.#root = root;
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: unknown) => this.destroy(fileFailure(error, `reading ${showKey(this.#version.key)}`)),
    );
  }

  async #next(): Promise<Uint8Array | null> {
    const left = this.#version.size - this.#position;
    if (left > 0) {
      // Not from a pool: the reader may keep it.
      const buffer = Buffer.allocUnsafeSlow(Math.min(left, readSize));
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#position);
      this.#position += bytesRead;
      if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    }
    const stats = await this.#handle.stat({ bigint: true });
    if (left > 0 || etagOf(stats) !== this.#version.etag) throw changed(this.#version.key, this.#root);
    return null;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const told =
      error?.name === 'AbortError'
        ? new KuvaError('interrupted', {
            what: `Stopped while reading ${showKey(this.#version.key)}`,
            cause: error,
          })
        : error;
    this.#handle.close().then(
      () => {
        done(told);
      },
      () => {
        done(told);
      },
    );
  }
}

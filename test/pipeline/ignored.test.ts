import { describe, expect, it } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import { workerSchema } from '../../src/pipeline/config.ts';
import { ignoring } from '../../src/pipeline/ignored.ts';

const object = (key: string, size = 1) => ({
  key: parseObjectKey(key),
  etag: 'e',
  size,
  lastModified: new Date(),
});

describe('what is left alone in an input bucket', () => {
  const ignored = ignoring(workerSchema.parse({}).ignore);

  it.each([
    '.DS_Store',
    'a/.DS_Store',
    '.hidden/cat.jpg',
    'Thumbs.db',
    'cat.jpg.part',
    '~$cat.tif',
    '.cat.jpg.Xa3d',
  ])('is a temporary or system file: %s', (key) => {
    expect(ignored(object(key))).toBe(true);
  });

  it.each([
    'cat.jpg',
    'a/b c/cat.jpg',
    '*.jpg',
    '-quiet.jpg',
    'part.jpg',
    'notes.txt',
    '[x].jpg',
  ])('is never an image: %s', (key) => {
    expect(ignored(object(key))).toBe(false);
  });

  it('is the empty object that an S3 browser makes for a folder, but not an image whose name ends with a slash', () => {
    expect(ignored(object('folder/', 0))).toBe(true);
    expect(ignored(object('folder/', 10))).toBe(false);
  });
});

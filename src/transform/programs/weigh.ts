/** Bytes of a program's own, and for each pixel of what it reads. */
const engine = 400e6;
const pixel = 48;

/** Bytes of memory that a program may take for an image of this size. */
export function programMemory({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): number {
  return engine + pixel * width * height;
}

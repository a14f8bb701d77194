import type { ForeignFormat, ForeignName } from './contract.ts';
import { bmp } from './bmp.ts';
import { dicom } from './dicom.ts';
import { exr } from './exr.ts';
import { fits } from './fits.ts';
import { heic } from './heic.ts';
import { ico } from './ico.ts';
import { jp2 } from './jp2.ts';
import { jxl } from './jxl.ts';
import { pnm } from './pnm.ts';
import { psd } from './psd.ts';
import { raw } from './raw.ts';

/** Every foreign format's reader. One that is missing here does not compile. */
export const foreignReaders: Readonly<Record<ForeignName, ForeignFormat>> = {
  heic,
  jxl,
  jp2,
  ico,
  psd,
  bmp,
  pnm,
  fits,
  dicom,
  exr,
  raw,
};

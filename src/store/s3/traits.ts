import type { StoreCapabilities } from '../contract.ts';

/** How a server wants the ETag in If-Match: as RFC 9110 has it, or as Ceph RGW 16 compares it. */
export type EtagForm = 'quoted' | 'bare';

/** What a bucket was seen to do. A quirk of a server is a value here, not an `if` on its name. */
export interface S3Traits {
  /** `suspended`: new objects replace each other, older versions may still lie there. */
  readonly versioning: 'enabled' | 'suspended' | 'off';
  /** Does PUT with `If-None-Match: *` leave an object alone that is there? */
  readonly putIfAbsent: boolean;
  /** Does PUT with If-Match leave another version alone, and take the right one? In which form of the ETag? */
  readonly putIfMatch: EtagForm | undefined;
  /** The same of DELETE with If-Match. */
  readonly deleteIfMatch: EtagForm | undefined;
  /** Does DELETE with Ceph's `x-amz-delete-if-unmodified-since` leave a younger object alone? */
  readonly deleteIfUnmodifiedSince: boolean;
  /** Is the ETag of what was written in one piece the MD5 of its bytes, as Amazon and Ceph make it? */
  readonly etagIsMd5: boolean;
  /** Said in the note: why some of it could not be tried. */
  readonly untried?: string;
}

/** Assumes nothing of the server. */
export const cautiousTraits: S3Traits = {
  versioning: 'off',
  putIfAbsent: false,
  putIfMatch: undefined,
  deleteIfMatch: undefined,
  deleteIfUnmodifiedSince: false,
  etagIsMd5: false,
};

export function etagIn(form: EtagForm, etag: string): string {
  return form === 'quoted' ? `"${etag}"` : etag;
}

const windows = {
  exact: 'an input is removed by naming the very version that was read',
  'if-match': 'the server compares the ETag before it removes an input',
  'if-unmodified-since':
    'before an input is removed its ETag is compared, then the server compares the time in whole seconds; a replacement within that second could be lost',
  compare:
    'before an input is removed its ETag is compared; a replacement in the few milliseconds between could be lost',
} as const satisfies Record<StoreCapabilities['removal'], string>;

export function removalOf(traits: S3Traits): StoreCapabilities['removal'] {
  if (traits.versioning === 'enabled') return 'exact';
  if (traits.versioning === 'suspended') return 'compare';
  if (traits.deleteIfMatch !== undefined) return 'if-match';
  return traits.deleteIfUnmodifiedSince ? 'if-unmodified-since' : 'compare';
}

export function capabilitiesOf(traits: S3Traits): StoreCapabilities {
  const removal = removalOf(traits);
  // Ceph RGW 16 lets several concurrent writers pass in a bucket that kept versions once, though a lone one is held.
  const conditionalPut = traits.versioning === 'off' && traits.putIfAbsent && traits.putIfMatch !== undefined;
  const writes = conditionalPut
    ? 'writes are conditional'
    : 'a write is preceded by a look, since the server takes no conditions';
  const untried = traits.untried === undefined ? '' : ` (${traits.untried})`;
  return {
    removal,
    // `get` compares the ETag of the very answer that brings the bytes.
    conditionalGet: true,
    conditionalPut,
    versioned: traits.versioning === 'enabled',
    partialWritesVisible: false,
    note: `S3: ${windows[removal]}; ${writes}${untried}`,
  };
}

/** The Node that machines run: from its makers, the same everywhere, known by its SHA-256 before it is unpacked. */
export interface NodeRelease {
  readonly version: string;
  /** Where archives lie, without the slash at the end. */
  readonly url: string;
  /** SHA-256 of `node-v<version>-linux-<processor>.tar.xz`. */
  readonly sha256: Readonly<Record<'x64' | 'arm64', string>>;
}

/** Hashes: the signed SHASUMS of the release's announcement, nodejs.org/en/blog/release/v24.21.0. */
export const nodeRelease: NodeRelease = {
  version: '24.21.0',
  url: 'https://nodejs.org/dist/v24.21.0',
  sha256: {
    x64: 'fd8e59d5a511510f6a298afb548f18c7d2b1be404d8b4a27d94fbe49f56cb2d6',
    arm64: '6ad1325edbdb5649c379b75a237147a666c95d4f9ae8d340fef2d1575d289ad2',
  },
};

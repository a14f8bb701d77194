import { generateKeyPairSync, randomBytes } from 'node:crypto';

const keyType = 'ssh-ed25519';
const magic = Buffer.from('openssh-key-v1\0');
const beginLine = '-----BEGIN OPENSSH PRIVATE KEY-----';
const endLine = '-----END OPENSSH PRIVATE KEY-----';

/** Bytes of an Ed25519 key; they are the last ones of its DER forms (RFC 8410). */
const keyLength = 32;

/**
 * A new Ed25519 key in the form that OpenSSH reads, without a passphrase (OpenSSH's PROTOCOL.key). Made here and not by
 * `ssh-keygen`, which leaves the file to be found half-written when it is killed.
 * @param comment who it is for; shown by servers and `ssh-add`
 */
export function makeSshKey(comment: string): string {
  // Not exported afterwards: Node 20 stands still for ever when it collects its garbage just then.
  const made = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const publicPart = made.publicKey.subarray(-keyLength);
  const check = randomBytes(4);
  const secretPart = padded(
    Buffer.concat([
      check,
      check,
      field(keyType),
      field(publicPart),
      field(Buffer.concat([made.privateKey.subarray(-keyLength), publicPart])),
      field(comment),
    ]),
  );
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    magic,
    field('none'),
    field('none'),
    field(''),
    one,
    field(publicBlob(publicPart)),
    field(secretPart),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return `${[beginLine, ...lines, endLine].join('\n')}\n`;
}

/** The line for `authorized_keys` that belongs to such a key; undefined when the text is not one of ours. */
export function publicKeyOf(privateKey: string, comment: string): string | undefined {
  const body = privateKey
    .trim()
    .split('\n')
    .filter((line) => line !== beginLine && line !== endLine);
  const whole = Buffer.from(body.join(''), 'base64');
  // Our own keys have no passphrase, so that everything before the public part is always the same.
  const begin = magic.length + field('none').length * 2 + field('').length + 4;
  if (!whole.subarray(0, magic.length).equals(magic) || whole.length < begin + 4) return undefined;
  const blob = whole.subarray(begin + 4, begin + 4 + whole.readUInt32BE(begin));
  const type = field(keyType);
  if (!blob.subarray(0, type.length).equals(type)) return undefined;
  return `${keyType} ${blob.toString('base64')} ${comment}`;
}

function publicBlob(publicPart: Buffer): Buffer {
  return Buffer.concat([field(keyType), field(publicPart)]);
}

/** RFC 4251, section 5: a length in four bytes, then the bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** To whole blocks of 8 bytes, with 1, 2, 3 … */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, at) => at + 1))]);
}

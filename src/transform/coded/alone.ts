/** The same bytes with their memory to themselves: what crosses to another thread takes all of the memory behind it along. */
export function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, length } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === length
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

/** The picture is left to the decoder: it is coded in a way that this reader does not know, or it is damaged. */
export class Unable extends Error {
  override readonly name = 'Unable';
}

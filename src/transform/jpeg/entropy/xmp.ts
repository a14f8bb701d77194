/** Pictures in XMP packets (Adobe, XMP Specification Part 1 and 3), which hold them as base64 text. */

/** `xmp:Thumbnails`, an rdf:Alt of JPEGs; `xap` is the older prefix. */
const thumbnails = /<((?:xmp|xap):Thumbnails)\b[^>]*?(?:\/>|>[\s\S]*?<\/\1>)/g;

/** A second picture or a depth map, as some telephones keep them in extended XMP. */
const pictureSpaces = ['http://ns.google.com/photos/1.0/image/', 'http://ns.google.com/photos/1.0/depthmap/'];

/** The packet without its thumbnails; undefined when it has none. @param packet in UTF-8 */
export function withoutThumbnails(packet: Buffer): Buffer | undefined {
  // Byte for byte, so that what is no text stays as it is.
  const text = packet.toString('latin1');
  const rest = text.replace(thumbnails, '');
  return rest.length === text.length ? undefined : Buffer.from(rest, 'latin1');
}

/** Does this file's XMP speak of pictures that extended XMP holds? Parts of it say themselves nothing of what they are. */
export function namesPictures(file: Buffer): boolean {
  return pictureSpaces.some((space) => file.includes(space, 0, 'latin1'));
}

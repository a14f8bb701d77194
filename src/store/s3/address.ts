/**
 * Keys and queries as they go over the wire.
 *
 * A key is percent-encoded once, and nothing else happens to it: no dot segment is resolved and no double slash
 * merged, as a URL parser would do. `x/../y` is another object than `y`. Source of the encoding: Amazon S3 API
 * reference, "Signature Calculations for the Authorization Header", `UriEncode`.
 */

/** Everything but `A-Z a-z 0-9 - . _ ~` becomes %XX. */
function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The path of a bucket, or of an object in it, under the service's endpoint. Path style: names may hold underscores. */
export function pathOf(endpoint: URL, bucket: string, key?: string): string {
  const base = endpoint.pathname.replace(/\/+$/, '');
  const path = `${base}/${encodeUri(bucket)}`;
  return key === undefined ? path : `${path}/${encodeUri(key).replaceAll('%2F', '/')}`;
}

export function queryText(query: Readonly<Record<string, string>>): string {
  const fields = Object.entries(query).map(([name, value]) => `${encodeUri(name)}=${encodeUri(value)}`);
  return fields.length === 0 ? '' : `?${fields.sort().join('&')}`;
}

/** Encodes every character with a meaning in URLs: aws4fetch signs a `+` as a space. */
function encodeText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodeQuery(query: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeText(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Returns the URL of an object, or of its bucket. */
export function objectUrl(
  bucketUrl: string,
  { key, query }: {
    readonly key?: string | undefined;
    readonly query?: Readonly<Record<string, string>> | undefined;
  },
): string {
  const path = key === undefined ? "" : `/${key.split("/").map(encodeText).join("/")}`;
  return `${bucketUrl}${path}${encodeQuery(query)}`;
}

/** A time in the form of signatures, such as `20260102T030405Z`. */
export function amzDate(time: Date): string {
  return time.toISOString().replace(/[:-]|\.\d{3}/g, "");
}

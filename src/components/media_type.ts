/** Parts of media types whose second half is not the extension. */
const EXTENSIONS: readonly (readonly [part: string, extension: string])[] = [
  ["text/plain", "txt"],
  ["markdown", "md"],
  ["javascript", "js"],
  ["gzip", "gz"],
  ["svg+xml", "svg"],
  ["icon", "ico"],
  ["audio/mpeg", "mp3"],
  ["audio/mp4", "m4a"],
  ["audio/wave", "wav"],
  ["audio/vnd.wave", "wav"],
  ["audio/aacp", "aac"],
  ["quicktime", "mov"],
  ["matroska", "mkv"],
  ["msvideo", "avi"],
  ["video/mpeg", "mpg"],
  ["video/3gpp", "3gp"],
  ["wordprocessingml.document", "docx"],
  ["spreadsheetml.sheet", "xlsx"],
  ["presentationml.presentation", "pptx"],
  ["msword", "doc"],
  ["ms-excel", "xls"],
  ["ms-powerpoint", "ppt"],
  ["opendocument.text", "odt"],
  ["opendocument.spreadsheet", "ods"],
  ["opendocument.presentation", "odp"],
];

function essenceOf(type: string): string {
  return type.split(";", 1)[0]!.trim().toLowerCase();
}

/** Returns the extension of files of a media type, with its dot; empty if it is not known. */
export function extensionOf({ type }: { readonly type: string }): string {
  const essence = essenceOf(type);
  const [, listed] = EXTENSIONS.find(([part]) => essence.includes(part)) ?? [];
  const extension = listed ?? /^[a-z]+\/(?:x-)?([a-z0-9]{1,5})$/.exec(essence)?.[1];
  return extension === undefined ? "" : `.${extension}`;
}

// A browser runs or may guess the others when it opens a stored file from its bucket.
const INERT =
  /^(?!.*\b(?:svg|xml))(?:(?:audio|font|image|video)\/[\w.+-]+|text\/(?:csv|markdown|plain)|application\/(?:(?:json|msword|pdf|zip)|vnd\.[\w.+-]+))$/;

/** Returns the content type for a store: a type that a browser could run is only bytes there. */
export function storedType({ type }: { readonly type: string }): string | undefined {
  if (type === "") return undefined;
  const essence = essenceOf(type);
  if (!INERT.test(essence)) return "application/octet-stream";
  return /^[ -~]*$/.test(type) ? type.trim() : essence; // headers are ASCII
}

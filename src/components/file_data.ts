/**
 * Gradio's description of a file; an object is one if its `meta._type` says so.
 *
 * @category Components
 */
export interface FileData {
  /** The path of the file. */
  readonly path: string;
  /** The URL from which it can be fetched. */
  readonly url?: string | null | undefined;
  /** Its size in bytes. */
  readonly size?: number | null | undefined;
  /** Its original name. */
  readonly orig_name?: string | null | undefined;
  /** Its media type. */
  readonly mime_type?: string | null | undefined;
  /** Whether it is part of a stream. */
  readonly is_stream?: boolean | undefined;
  /** The mark of a file description. */
  readonly meta: { readonly _type: "gradio.FileData" };
}

/**
 * Returns whether a value is Gradio's description of a file.
 *
 * @category Components
 */
export function isFileData(value: unknown): value is FileData {
  if (typeof value !== "object" || value === null) return false;
  const { path, meta } = value as { path?: unknown; meta?: { _type?: unknown } | null };
  return typeof path === "string" && meta?._type === "gradio.FileData";
}

/** Whether a value is Gradio's description of a file that has only an address. */
export function isLink(value: unknown): value is { readonly url: string } {
  const { path, url, meta } = Object(value);
  return !path && typeof url === "string" && url !== "" && meta?._type === "gradio.FileData";
}

/** Returns a description with every member that Gradio writes, in the order of Gradio. */
export function toFileData(path: string, known: Partial<FileData>): Required<FileData> {
  return {
    path,
    url: known.url ?? null,
    size: known.size ?? null,
    orig_name: known.orig_name ?? null,
    mime_type: known.mime_type ?? null,
    is_stream: known.is_stream ?? false,
    meta: { _type: "gradio.FileData" },
  };
}

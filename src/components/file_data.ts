/**
 * Gradio's description of a file; found in values wherever `meta._type` says so.
 *
 * @category Components
 */
export interface FileData {
  /** Where the file is. */
  readonly path: string;
  /** Where it can be fetched. */
  readonly url?: string | null | undefined;
  /** Its size in bytes. */
  readonly size?: number | null | undefined;
  /** What it was called where it came from. */
  readonly orig_name?: string | null | undefined;
  /** Its media type. */
  readonly mime_type?: string | null | undefined;
  /** Whether it is part of a stream. */
  readonly is_stream?: boolean | undefined;
  /** The mark by which it is known. */
  readonly meta: { readonly _type: "gradio.FileData" };
}

/**
 * Whether a value is Gradio's description of a file.
 *
 * @category Components
 */
export function isFileData(value: unknown): value is FileData {
  if (typeof value !== "object" || value === null) return false;
  const { path, meta } = value as { path?: unknown; meta?: { _type?: unknown } | null };
  return typeof path === "string" && meta?._type === "gradio.FileData";
}

/** A description with every member that Gradio writes, in Gradio's order. */
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

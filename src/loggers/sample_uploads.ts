import type { Cell, Component } from "../components/component.ts";
import { isTransient } from "../storage/storage_error.ts";
import { Backoff } from "../storage/kit/backoff.ts";
import type { ObjectInfo } from "../storage/storage_adapter.ts";
import type { FilePlace } from "./_file_place.ts";

/**
 * A file that is already stored in the dataset's directory, as the value of a component.
 *
 * @category Feedback
 */
export class UploadedFile {
  /** The path, relative to the dataset's directory. */
  readonly path: string;

  /** Creates a value. The path is trusted. */
  constructor(path: string) {
    this.path = path;
  }
}

/**
 * A file to be stored before the sample that names it.
 *
 * @category Feedback
 */
export interface NewUpload {
  /** The label of the component, which names the directory. */
  readonly component: string;
  /** The file's name; if it is empty, the type decides. */
  readonly name: string;
  /** The media type. */
  readonly type: string;
}

/**
 * The place of files that are stored before their samples, in the dataset's directory.
 *
 * @category Feedback
 */
export interface UploadStore {
  /** The largest object that the storage accepts, in bytes. */
  readonly maxBytes: number;
  /** Returns a new path for a file, relative to the dataset's directory. */
  newPath(file: NewUpload): Promise<string>;
  /** Returns the key in the storage of a path. */
  keyOf(path: string): string;
  /** Writes a file whose path is new. The body is sent once. */
  write(
    path: string,
    body: ReadableStream<Uint8Array>,
    info: { readonly size: number; readonly type: string },
  ): Promise<void>;
  /** Returns what is known of a stored file; `null` if it is not there. */
  stat(path: string): Promise<ObjectInfo | null>;
}

/** The place of uploads in the directory of a dataset. */
export class SampleUploads implements UploadStore {
  readonly #place: FilePlace;

  /** Creates the place. Nothing is read or written yet. */
  constructor(place: FilePlace) {
    this.#place = place;
  }

  /** The largest object that the storage accepts in one write, in bytes. */
  get maxBytes(): number {
    return this.#place.storage.capabilities.maxObjectBytes ?? Infinity;
  }

  /** Returns a new path for a file, relative to the dataset's directory. */
  async newPath({ component, name, type }: NewUpload): Promise<string> {
    const { pathFor } = await import("./_file_store.ts");
    return pathFor(this.#place, component, name, new Blob([], { type }));
  }

  /** Returns the key of a path in the storage. */
  keyOf(path: string): string {
    return this.#place.directory + path;
  }

  /** Writes a file whose path is new. A stream is sent once. */
  async write(
    path: string,
    body: ReadableStream<Uint8Array>,
    info: { readonly size: number; readonly type: string },
  ): Promise<void> {
    const { storage } = this.#place;
    const { storedType } = await import("../components/media_type.ts");
    const contentType = storage.capabilities.metadata ? storedType(info) : undefined;
    await storage.write(this.keyOf(path), body, { size: info.size, contentType });
  }

  /** Returns what is known of a stored file; `null` if it is not there. */
  stat(path: string): Promise<ObjectInfo | null> {
    const { storage, retry } = this.#place;
    return new Backoff(retry).repeat(isTransient, () => storage.stat(this.keyOf(path)));
  }
}

/** The error of a value that its component refuses, so that the sample can never be saved. */
export class RefusedValueError extends TypeError {
  /** The name of the class, even in minified code. */
  override readonly name: string = "RefusedValueError";
}

/** Returns a component that also accepts files which are stored, and no value at all. */
export function acceptingUploads(component: Component): Component {
  return {
    ...component,
    toCell(value, context) {
      if (value === undefined) return null;
      return refusing(() => uploadedCell(value) ?? component.toCell(value, context));
    },
  };
}

/** Marks the TypeErrors of a component, now or later: those of others are faults, which may pass. */
function refusing(toCell: () => Cell | Promise<Cell>): Cell | Promise<Cell> {
  const mark = (error: unknown): never => {
    throw error instanceof TypeError
      ? new RefusedValueError(error.message, { cause: error })
      : error;
  };
  try {
    const cell = toCell();
    return cell instanceof Promise ? cell.catch(mark) : cell;
  } catch (error) {
    return mark(error);
  }
}

function uploadedCell(value: unknown): Cell | undefined {
  if (value instanceof UploadedFile) return value.path;
  if (!Array.isArray(value) || !value.some((one) => one instanceof UploadedFile)) return undefined;
  if (!value.every((one) => one instanceof UploadedFile)) {
    throw new TypeError("Cannot log a list of files of which only some are uploaded: upload all");
  }
  return { verbatim: JSON.stringify(value.map(({ path }) => path)), json: true };
}

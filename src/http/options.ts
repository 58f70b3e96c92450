import type { FlagOption } from "../buttons/flag_method.ts";
import type { FeedbackLogger, FlaggingMode, Redactable } from "../loggers/feedback_logger.ts";
import type { Fields } from "../loggers/keyed_fields.ts";
import type { UploadSigner } from "../storage/kit/upload_signer.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Limiter } from "./limiter.ts";

/**
 * What the runtime knows of a request: the second argument of a `Deno.serve()` handler, or the third one of
 * a Worker's `fetch()`.
 *
 * @category HTTP
 */
export interface HandlerInfo {
  /** The other end of the connection. */
  readonly remoteAddr?: object | undefined;
  /** Keeps the isolate alive until a promise settles, even if the client leaves. */
  waitUntil?(promise: Promise<unknown>): void;
}

/**
 * The person who sends a request.
 *
 * @category HTTP
 */
export interface Identity {
  /** The name that is saved; an empty one for a person without a name. */
  readonly username: string;
}

/**
 * The limits of files that come with a verdict.
 *
 * @category HTTP
 */
export interface FeedbackFilesOptions {
  /** The largest file, in bytes. @default {4_194_304} */
  readonly maxBytes?: number | undefined;
  /** The largest sum of the files of a verdict, in bytes. @default {8_388_608} */
  readonly maxTotalBytes?: number | undefined;
  /**
   * The most bytes of forms that are in memory at a time, in this process or isolate. More are refused
   * with the status 503, and can be sent again.
   *
   * @default {33_554_432}
   */
  readonly maxInFlightBytes?: number | undefined;
  /** The largest file that is uploaded before its verdict, in bytes. Needs a `secret`. @default {104_857_600} */
  readonly maxUploadBytes?: number | undefined;
}

/**
 * A person's own words.
 *
 * @category HTTP
 */
export interface CommentOptions {
  /** The options that a comment can be given with. */
  readonly for: readonly string[];
  /** The longest comment, in UTF-16 code units. @default {2000} */
  readonly maxLength?: number | undefined;
}

/**
 * Options of `createFeedback()`: a `logger`, or the `components` of one that it creates.
 *
 * @typeParam F The components by their keys
 *
 * @category HTTP
 */
export interface FeedbackOptions<F extends Fields = Fields> {
  /** Where verdicts are saved. @default {a new one of `components`, `storage` and `directory`} */
  readonly logger?: FeedbackLogger<F> | undefined;
  /** The components of samples by their keys, for a logger that is created here. */
  readonly components?: F | undefined;
  /** The storage of the logger that is created here. @default {the local disk} */
  readonly storage?: StorageAdapter | undefined;
  /** The directory of the logger that is created here. @default {"flagged"} */
  readonly directory?: string | URL | undefined;
  /**
   * Whether the logger that is created here adds rows to files of its own, which suits edge functions: see
   * `LoggerOptions.segments`.
   *
   * @default {false}
   */
  readonly segments?: boolean | undefined;
  /** Which samples the logger that is created here saves. @default {"manual"} */
  readonly flaggingMode?: FlaggingMode | undefined;
  /** The share of predictions that the logger that is created here saves. @default {1} */
  readonly sampleRate?: number | undefined;
  /** Removes what must not be stored, in the logger that is created here. */
  readonly redact?: ((sample: Redactable<F>) => Redactable<F> | Promise<Redactable<F>>) | undefined;
  /** The verdicts, each as its value, or its label and its value. No others are accepted. */
  readonly options: readonly FlagOption[];
  /** The reasons that can be given with an option, by the option's value. @default {none} */
  readonly reasons?: Readonly<Record<string, readonly FlagOption[]>> | undefined;
  /** The options that a comment can be given with. @default {none} */
  readonly comment?: CommentOptions | undefined;
  /** Whether a verdict can be withdrawn or changed. @default {true} */
  readonly undo?: boolean | undefined;
  /**
   * What seals tickets and handles: at least 32 bytes, kept secret. With several, the first one seals and
   * all of them open, so that a secret can be replaced.
   *
   * @default {there are no tickets}
   */
  readonly secret?: string | readonly string[] | undefined;
  /**
   * Whether a sample comes as a ticket that the server sealed, or as data, which the page can forge.
   *
   * @default {"tickets" if there is a secret, otherwise "data"}
   */
  readonly accepts?: "tickets" | "data" | "both" | undefined;
  /**
   * Returns who sends a request: `null` refuses it with 401, and a `Response` is sent as it is. The
   * username comes from here, or from the ticket, and never from the request's body.
   *
   * @default {the username in the ticket, or an empty one}
   */
  readonly identify?:
    | ((
      request: Request,
      info?: HandlerInfo,
    ) => Identity | null | Response | Promise<Identity | null | Response>)
    | undefined;
  /** The path of the endpoint. @default {"/feedback"} */
  readonly base?: string | undefined;
  /**
   * The origin under which browsers know this server, such as `"https://app.example"`, if a proxy
   * changes the request's URL.
   *
   * @default {the origin of the request's URL}
   */
  readonly origin?: string | undefined;
  /**
   * The other origins whose pages may send verdicts, with cookies: a list of exact origins, or a function that must
   * not return `true` for an origin that is not trusted.
   *
   * @default {none}
   */
  readonly origins?: readonly string[] | ((origin: string) => boolean) | undefined;
  /**
   * Limits how often one caller sends; `null` for no limit. A caller is a username or else an address; if
   * neither is known, nothing is limited.
   *
   * @default {memoryLimiter(), which is 30 a minute in each process or isolate}
   */
  readonly limit?: Limiter | null | undefined;
  /**
   * The header in which a proxy that you trust passes the client's address, such as
   * `"cf-connecting-ip"`. A client can forge it if there is no such proxy.
   *
   * @default {the address of the connection}
   */
  readonly addressHeader?: string | undefined;
  /** The largest body without its files, in bytes. @default {65_536} */
  readonly maxBodyBytes?: number | undefined;
  /**
   * The time in milliseconds that a body may take, which grows by a second for each 16 KiB.
   *
   * @default {30_000}
   */
  readonly bodyTimeoutMs?: number | undefined;
  /** The limits of files; `false` for no files. @default {files of 4 MiB, if a component holds files} */
  readonly files?: FeedbackFilesOptions | false | undefined;
  /**
   * Signs uploads that go to the store directly: `s3Uploads()` of `@flagstone/flagging/s3`.
   *
   * @default {uploads pass through the endpoint}
   */
  readonly uploads?: UploadSigner | undefined;
  /** Whether a request may read the dataset: `bearer(token)`. @default {there is no `dataset.csv`} */
  readonly read?: ((request: Request) => boolean | Promise<boolean>) | undefined;
  /** The path on this origin that a form without script leads to. @default {`${base}/thanks`} */
  readonly thanks?: string | undefined;
  /** Called with errors of which the client is told only the status. @default {console.error} */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Returns the time in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/**
 * An upload to be signed.
 *
 * @category Storage adapters
 */
export interface UploadToSign {
  /** The key of the new object. */
  readonly key: string;
  /** Its size in bytes. The store must refuse any other. */
  readonly size: number;
  /** Its media type. The store must refuse any other. */
  readonly type: string;
}

/**
 * An upload that anyone who has it may make once or more, until it expires.
 *
 * @category Storage adapters
 */
export interface SignedUpload {
  /** Where the bytes go, by one PUT. */
  readonly url: string;
  /** The headers that the PUT must have. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Signs uploads that go to a store directly.
 *
 * @category Storage adapters
 */
export interface UploadSigner {
  /** Signs one upload. */
  sign(upload: UploadToSign): Promise<SignedUpload>;
}

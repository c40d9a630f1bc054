/** A request as it came: nothing decoded yet, because signatures are made over the raw form. */
export interface WireRequest {
  readonly method: string;
  /** As on the request line, without the query. */
  readonly path: string;
  /** As on the request line, without the `?`. */
  readonly query: string;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How much a finding weighs. Only an `error` keeps a plan from being applied. */
export type Severity = 'error' | 'warning' | 'information';

/** A place in a text file. Both numbers are 1-based, columns count UTF-16 code units, as VS Code and the CLI print them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a file; `end` is exclusive. `file` is an absolute path. */
export interface SourceRange {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** A replacement of text that cures a finding. `title` is what the light bulb shows. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly range: SourceRange; readonly newText: string }[];
}

/**
 * The one shape of every diagnostic: of `platform.yml`, of a manifest, of a quota, of an account switch.
 * `code` is stable (tests, documentation and the sentence catalogue go by it); `message` is one sentence that says
 * what is wrong, where, and what to do, and never quotes document text beyond the token itself.
 */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range?: SourceRange;
  /** The resource it is about, where there is one. */
  readonly resource?: string;
  readonly fix?: Fix;
}

import { LineCounter, parseDocument } from 'yaml';
import type { Document, ParsedNode, YAMLError } from 'yaml';
import type { Finding, SourceRange } from '../findings/finding.ts';
import { deepest, tooDeepAt } from './nesting.ts';

/** Bytes that a `platform.yml` may have; counted in UTF-16 code units, which are never more. */
export const longestText = 5 * 1024 * 1024;

/** A text that a person wrote, and where its offsets are. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #lines: LineCounter = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lines.addNewLine(at + 1);
  }

  /** The stretch between two offsets, cut to the text. */
  range(start: number, end: number): SourceRange {
    return { file: this.file, start: this.#position(start), end: this.#position(Math.max(start, end)) };
  }

  #position(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(Math.min(Math.max(offset, 0), this.text.length));
    return { line, column: col };
  }
}

export interface ReadDocument {
  readonly source: Source;
  /** Absent where the text could not or must not be parsed. */
  readonly document?: Document.Parsed;
  readonly findings: readonly Finding[];
}

/** The YAML document in `text`, with a finding for everything that is no YAML or more than one document. Never throws. */
export function readDocument(text: string, file: string): ReadDocument {
  const source = new Source(file, text.startsWith('\ufeff') ? text.slice(1) : text);
  const refuse = (code: string, message: string, start = 0, end = start): ReadDocument => ({
    source,
    findings: [{ code, severity: 'error', message, range: source.range(start, end) }],
  });
  if (source.text.length > longestText) return refuse('platform.too-large', 'The file is larger than 5 MB: it is no platform.yml.');
  const deep = tooDeepAt(source.text);
  if (deep !== undefined) {
    return refuse('platform.nesting', `Collections are nested more than ${deepest} levels deep here: flatten them.`, deep, deep + 1);
  }
  try {
    const document = parseDocument(source.text, { uniqueKeys: false, logLevel: 'error', prettyErrors: false });
    if (document.errors.length > 0) return { source, document, findings: syntaxFindings(source, document.errors) };
    if (document.contents === null || isEmpty(document.contents)) {
      return refuse('platform.empty', 'The file is empty: write at least name and region.');
    }
    return { source, document, findings: [] };
  } catch {
    return refuse('platform.syntax', 'The file cannot be read as YAML.');
  }
}

/** A document of comments alone has a null without a token. */
function isEmpty(node: ParsedNode): boolean {
  return 'value' in node && node.value === null && !('source' in node && node.source);
}

/** What the parser says quotes the document: our own words go by its stable codes. */
const syntaxWords: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'This alias is not well formed',
  BAD_DIRECTIVE: 'This directive is not well formed',
  BAD_DQ_ESCAPE: 'This is no escape of a double-quoted text: write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'The indentation does not fit what is around it',
  BAD_SCALAR_START: 'A text cannot begin with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'A mapping cannot begin here: put it on a line of its own, or the text in quotes',
  BLOCK_IN_FLOW: 'Inside brackets, write lists and mappings with brackets as well',
  COMMENT_SPACE: 'Put a space before the #',
  KEY_OVER_1024_CHARS: 'This key is longer than 1024 characters',
  MISSING_CHAR: 'A character is missing here, such as a closing quote or bracket, a comma, or a space after the colon',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, with a colon after it',
  MULTIPLE_ANCHORS: 'There is more than one anchor here',
  MULTIPLE_TAGS: 'There is more than one tag here',
  TAB_AS_INDENT: 'Indent with spaces, not with tabs',
  TAG_RESOLVE_FAILED: 'This tag is not known here: leave it out',
  UNEXPECTED_TOKEN: 'This is not expected here: put the text in quotes, or correct the line before it',
};

/** What is wrong with a YAML text, in one sentence that quotes nothing of it. */
export function syntaxMessage({ code }: YAMLError): string {
  return `YAML: ${syntaxWords[code] ?? 'this is not well formed'}.`;
}

function syntaxFindings(source: Source, errors: readonly YAMLError[]): readonly Finding[] {
  return errors.slice(0, 20).map((error): Finding => {
    const [start, end] = error.pos;
    const lineEnd = source.text.indexOf('\n', start);
    const range = source.range(start, lineEnd < 0 ? end : Math.min(end, lineEnd));
    if (error.code === 'MULTIPLE_DOCS') {
      return { code: 'platform.documents', severity: 'error', message: 'A second document begins here: write one platform a file.', range };
    }
    return { code: 'platform.syntax', severity: 'error', message: syntaxMessage(error), range };
  });
}

import type { SourceRange } from '../../../src/core/findings/finding.ts';

/** A text with «one stretch» marked: the text without the marks, and the stretch as a range of `file`. */
export function marked(withMarks: string, file: string): { readonly text: string; readonly range: SourceRange | undefined } {
  const start = withMarks.indexOf('«');
  const end = withMarks.indexOf('»') - 1;
  const text = withMarks.replace('«', '').replace('»', '');
  return { text, range: start < 0 ? undefined : { file, start: position(text, start), end: position(text, end) } };
}

/** The stretch of `text` that a range stands for. */
export function textAt(text: string, range: SourceRange): string {
  return text.slice(offset(text, range.start), offset(text, range.end));
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function offset(text: string, { line, column }: { line: number; column: number }): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

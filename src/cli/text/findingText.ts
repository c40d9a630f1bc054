import type { Finding } from '../../core/findings/finding.ts';
import { printable } from '../../runner/printable.ts';
import type { Style } from './style.ts';

/** A finding as `validate` prints it in JSON: 1-based, end exclusive. One that has no place is at the file's first character. */
export interface FindingView {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly endLine: number;
  readonly endCol: number;
  readonly severity: Finding['severity'];
  readonly code: string;
  readonly message: string;
}

export function findingView({ range, severity, code, message }: Finding, file: string): FindingView {
  const { start, end } = range ?? { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return { file: range?.file ?? file, line: start.line, col: start.column, endLine: end.line, endCol: end.column, severity, code, message };
}

/** `file:line:col: error: message [code]`: the form that editors and CI link. */
export function findingLine(finding: Finding, style: Style): string {
  const { range, severity, code, message } = finding;
  const place = range === undefined ? '' : `${printable(range.file)}:${String(range.start.line)}:${String(range.start.column)}: `;
  const word = severity === 'error' ? style.bad(severity) : severity === 'warning' ? style.bold(severity) : style.dim(severity);
  return `${place}${word}: ${printable(message)} ${style.dim(`[${printable(code)}]`)}`;
}

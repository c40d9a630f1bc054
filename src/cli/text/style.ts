import type { State } from '../../core/status/platformStatus.ts';
import { printable } from '../../runner/printable.ts';

/** Paints for a terminal, or leaves text as it is. Colour never carries the meaning alone: the word always stands beside it. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  state(state: State): string;
  good(text: string): string;
  bad(text: string): string;
}

const sgr = (code: number) => (text: string) => `\u001b[${String(code)}m${text}\u001b[0m`;
const plain = (text: string): string => text;

const GOOD = 32;
const BAD = 31;
const CAUTION = 33;
const BUSY = 36;
const DIM = 2;

const STATE_COLOR: Readonly<Record<State, number>> = {
  absent: DIM,
  queued: DIM,
  pending: BUSY,
  waiting: BUSY,
  ready: GOOD,
  degraded: CAUTION,
  outdated: BUSY,
  failed: BAD,
  blocked: CAUTION,
  skipped: DIM,
  deleting: BUSY,
  unknown: CAUTION,
};

export function createStyle(color: boolean): Style {
  if (!color) return { bold: plain, dim: plain, state: plain, good: plain, bad: plain };
  return { bold: sgr(1), dim: sgr(DIM), state: (state) => sgr(STATE_COLOR[state])(state), good: sgr(GOOD), bad: sgr(BAD) };
}

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Aligned columns, two spaces apart; the last one is not padded. Text from outside is made printable here. */
export function table(rows: readonly (readonly (string | Cell)[])[], indent = 0): readonly string[] {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) })),
  );
  const widths: number[] = [];
  for (const row of cells) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, [...cell.text].length)));
  return cells.map((row) => {
    const padded = row.map((cell, column) => {
      const last = column === row.length - 1;
      const painted = cell.paint?.(cell.text) ?? cell.text;
      return last ? painted : painted + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell.text].length));
    });
    return (' '.repeat(indent) + padded.join('  ')).trimEnd();
  });
}

/** `≈26 min`, `≈40 s`; nothing for zero. */
export function duration(seconds: number): string {
  if (seconds < 1) return '0 s';
  return seconds < 90 ? `${String(Math.round(seconds))} s` : `${String(Math.round(seconds / 60))} min`;
}

export const usd = (amount: number): string => (amount >= 100 ? `$${amount.toFixed(0)}` : `$${amount.toFixed(2)}`);

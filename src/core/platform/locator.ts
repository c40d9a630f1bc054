import type { Node } from 'yaml';
import type { Finding, Fix, SourceRange } from '../findings/finding.ts';
import type { Source } from './document.ts';

/** A place in a document: `['network', 'public', 0]`. */
export type Path = readonly (string | number)[];

/** Findings of one document; more help nobody, and a hostile file could have millions. */
const mostFindings = 500;

export interface Located {
  readonly findings: readonly Finding[];
  /** Of every value that stands in the document, by `JSON.stringify` of its path. */
  readonly values: ReadonlyMap<string, SourceRange>;
  /** Of every key. */
  readonly keys: ReadonlyMap<string, SourceRange>;
}

/** Remembers where values and keys stand while a document is read, and says what is wrong with them there. */
export class Locator implements Located {
  readonly findings: Finding[] = [];
  readonly values = new Map<string, SourceRange>();
  readonly keys = new Map<string, SourceRange>();
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The value of `path` is written as `node` (an alias: there, where it is used). */
  found(path: Path, node: Node | null): void {
    this.values.set(JSON.stringify(path), this.rangeOf(node, path));
  }

  foundKey(path: Path, key: Node | null): void {
    this.keys.set(JSON.stringify(path), this.rangeOf(key, path));
  }

  hasKey(path: Path): boolean {
    return this.keys.has(JSON.stringify(path));
  }

  keyRange(path: Path): SourceRange | undefined {
    return this.keys.get(JSON.stringify(path));
  }

  /** An error at `at`, else at the value of `path`, else at its key. */
  report(code: string, path: Path, message: string, at?: SourceRange, fix?: Fix): void {
    if (this.findings.length >= mostFindings) return;
    const range = at ?? this.values.get(JSON.stringify(path)) ?? this.keyRange(path);
    this.findings.push({ code, severity: 'error', message, ...(range && { range }), ...(fix && { fix }) });
  }

  /** A fix that puts `newText` in place of the value at `path`. */
  replace(title: string, path: Path, newText: string): Fix | undefined {
    const range = this.values.get(JSON.stringify(path));
    return range === undefined ? undefined : { title, edits: [{ range, newText }] };
  }

  /** Of the node without the space after it; of the key of `path` where nothing is written. */
  rangeOf(node: Node | null | undefined, path: Path): SourceRange {
    const text = this.textOf(node).trimEnd();
    const start = node?.range?.[0] ?? 0;
    const keyRange = this.keyRange(path);
    return text === '' && keyRange !== undefined ? keyRange : this.#source.range(start, start + text.length);
  }

  /** Of the first word of a node: what lacks something is told at its beginning. */
  startOf(node: Node): SourceRange {
    const start = node.range?.[0] ?? 0;
    const [word = ''] = /^[^\s:,}\]]+/.exec(this.textOf(node).slice(0, 1024)) ?? [];
    return this.#source.range(start, start + word.length);
  }

  /** As it is written in the document. */
  textOf(node: Node | null | undefined): string {
    const [start, end] = node?.range ?? [0, 0];
    return this.#source.text.slice(start, end);
  }
}

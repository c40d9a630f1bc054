import type { Finding, Fix, Severity, SourceRange } from '../../findings/finding.ts';
import type { Located, Path } from '../locator.ts';

/** Where a check of well-formed values puts what it finds. */
export class Report {
  readonly findings: Finding[] = [];
  readonly #read: Located;

  constructor(read: Located) {
    this.#read = read;
  }

  /** At the value of `path`, or of the nearest place around it that is written. */
  add(severity: Severity, code: string, path: Path, message: string, fix?: Fix): void {
    this.#addAt(severity, code, this.rangeOf(path), message, fix);
  }

  /** At the key of `path`. */
  addAtKey(severity: Severity, code: string, path: Path, message: string, fix?: Fix): void {
    this.#addAt(severity, code, this.#read.keys.get(JSON.stringify(path)) ?? this.rangeOf(path), message, fix);
  }

  /** A fix that puts `newText` in place of the value at `path`. */
  replace(title: string, path: Path, newText: string): Fix | undefined {
    const range = this.#read.values.get(JSON.stringify(path));
    return range === undefined ? undefined : { title, edits: [{ range, newText }] };
  }

  /** A fix that puts `newText` in place of the key of `path`. */
  replaceKey(title: string, path: Path, newText: string): Fix | undefined {
    const range = this.#read.keys.get(JSON.stringify(path));
    return range === undefined ? undefined : { title, edits: [{ range, newText }] };
  }

  /** Of the value at `path` or of the nearest place around it that is written; at last of the platform's name. */
  rangeOf(path: Path): SourceRange | undefined {
    for (let length = path.length; length > 0; length--) {
      const range = this.#read.values.get(JSON.stringify(path.slice(0, length)));
      if (range !== undefined) return range;
    }
    return this.#read.values.get(JSON.stringify(['name'])) ?? this.#read.values.get('[]');
  }

  #addAt(severity: Severity, code: string, range: SourceRange | undefined, message: string, fix: Fix | undefined): void {
    this.findings.push({ code, severity, message, ...(range && { range }), ...(fix && { fix }) });
  }
}

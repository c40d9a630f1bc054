import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, Schema } from 'yaml';
import type { Document, Node } from 'yaml';
import type { SourceRange } from '../core/findings/finding.ts';
import type { Source as FileText } from '../core/platform/document.ts';
import type { JsonPath, Source } from './manifestObject.ts';
import { kubectlTags } from './yamlTags.ts';

/** Documents that are worth keeping parsed: a person who looks at a finding looks at its neighbours next. */
const keptParsed = 4;
const lately: DocumentText[] = [];

/** Made once: a thousand documents would each make their own. */
const SCHEMA = new Schema({ schema: 'failsafe', customTags: [...kubectlTags], resolveKnownTags: false, merge: false });

/** One document of a file. Its tree is parsed when somebody asks for a range, and not kept: a thousand objects would be a thousand trees. */
export class DocumentText {
  readonly #file: FileText;
  readonly #path: string;
  readonly #start: number;
  readonly #end: number;
  #tree: Document.Parsed | undefined;
  /** Asked for of every object: kept, so that no document is parsed twice for it. */
  #whole: SourceRange | undefined;

  constructor(file: FileText, path: string, start: number, end: number) {
    this.#file = file;
    this.#path = path;
    this.#start = start;
    this.#end = end;
  }

  /** The tree, with the parser's errors in it. `yaml` refuses some texts by throwing: so does this. */
  parse(): Document.Parsed {
    if (this.#tree !== undefined) return this.#tree;
    const text = this.#file.text.slice(this.#start, this.#end);
    this.#tree = parseDocument(text, { schema: SCHEMA, uniqueKeys: false, logLevel: 'error', prettyErrors: false });
    this.#whole ??= this.rangeOfNode(this.#tree.contents);
    lately.push(this);
    if (lately.length > keptParsed) lately.shift()?.forget();
    return this.#tree;
  }

  forget(): void {
    this.#tree = undefined;
  }

  /** Of offsets within the document. An error that runs on is told on its first line. */
  range(start: number, end: number): SourceRange {
    return this.#file.range(this.#start + start, this.#start + end);
  }

  rangeOfError([start, end]: readonly [number, number]): SourceRange {
    const lineEnd = this.#file.text.indexOf('\n', this.#start + start) - this.#start;
    return this.range(start, lineEnd < 0 ? end : Math.max(start, Math.min(end, lineEnd)));
  }

  rangeOfNode(node: Node | null | undefined): SourceRange {
    const [start, end] = node?.range ?? [0, 0];
    const text = this.#file.text.slice(this.#start + start, this.#start + end);
    return this.range(start, start + text.trimEnd().length);
  }

  /** The source of the object at `root` in this document: `[]`, or `['items', 3]` of a `List`. */
  sourceAt(root: JsonPath): Source {
    const whole = this.#rangeAt(root);
    return { file: this.#path, range: whole, rangeOf: (path) => this.#rangeAt([...root, ...path]) };
  }

  #rangeAt(path: JsonPath): SourceRange {
    if (path.length === 0 && this.#whole !== undefined) return this.#whole;
    let node: unknown = this.parse().contents;
    let deepest = this.parse().contents;
    for (const step of path) {
      node = this.#child(node, step);
      if (!isScalar(node) && !isCollection(node) && !isAlias(node)) break;
      deepest = node as typeof deepest;
    }
    return this.rangeOfNode(deepest);
  }

  #child(node: unknown, step: string | number): unknown {
    const target = isAlias(node) ? node.resolve(this.parse()) : node;
    if (typeof step === 'number') return isSeq(target) ? target.items[step] : undefined;
    if (!isMap(target)) return undefined;
    const pair = target.items.findLast((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === step);
    return pair?.value ?? pair?.key;
  }
}

/**
 * Where each document of a text begins and ends. As `kubectl` splits: at a line that begins with `---`, which no other text
 * can hold at its first column.
 */
export function splitDocuments(text: string): readonly (readonly [number, number])[] {
  const starts = [0];
  for (const mark of text.matchAll(/^---(?=[\s#]|$)/gm)) starts.push(mark.index);
  return starts.map((start, index): readonly [number, number] => [start, starts[index + 1] ?? text.length]);
}

import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Fix } from '../findings/finding.ts';
import { nearest } from '../findings/nearest.ts';
import { token } from '../findings/token.ts';
import { aliasTargets } from './aliasTargets.ts';
import type { Source } from './document.ts';
import { formats, matches } from './formats.ts';
import { Locator } from './locator.ts';
import type { Located, Path } from './locator.ts';
import { deepest } from './nesting.ts';
import { reason, ScalarReader } from './scalarReader.ts';
import type { Either, Entries, List, Mapping, Shape } from './shapes.ts';
import { kebab, placeOf } from './words.ts';

/** Nodes that are looked at in one document, aliases followed: what they expand to is bounded by it. */
const mostNodes = 20_000;
/** Keys of one mapping that are looked at; none has as many. */
const mostKeys = 200;

/** What a document holds as far as it has the wanted shape, and where everything in it stands. */
export interface ReadShape extends Located {
  /** A value of `Written` of the shape. */
  readonly written: unknown;
}

/** Reads `document` by `shape`. Every difference is a finding, and what differs is left out of `written`. */
export function readShape(source: Source, document: Document.Parsed, shape: Shape): ReadShape {
  const located = new Locator(source);
  const written = new ShapeReader(located, document, shape).read(document.contents, shape, [], 0);
  return { written, findings: located.findings, values: located.values, keys: located.keys };
}

interface Entry {
  readonly name: string;
  readonly value: Node | null;
}

class ShapeReader {
  readonly #at: Locator;
  readonly #scalars: ScalarReader;
  readonly #targets: ReadonlyMap<Node, Node>;
  readonly #root: Shape;
  #nodes = 0;

  constructor(at: Locator, document: Document.Parsed, root: Shape) {
    this.#at = at;
    this.#scalars = new ScalarReader(at);
    this.#targets = aliasTargets(document);
    this.#root = root;
  }

  read(written: Node | null, shape: Shape, path: Path, depth: number): unknown {
    const node = this.#resolve(written, path, depth);
    if (node === undefined) return undefined;
    this.#at.found(path, written);
    if (isEmptyValue(node)) return this.#empty(shape, path);
    switch (shape.type) {
      case 'text':
        return this.#scalars.text(node, shape, path);
      case 'choice':
        return this.#scalars.choice(node, shape, path);
      case 'whole':
        return this.#scalars.whole(node, shape, path);
      case 'flag':
        return this.#scalars.flag(node, shape, path);
      case 'list':
        return this.#list(node, shape, path, depth);
      case 'either':
        return this.#either(node, shape, path, depth);
      case 'mapping':
        return this.#mapping(node, shape, path, depth);
      case 'entries':
        return this.#entries(node, shape, path, depth);
      case 'anything':
        return isMap(node) ? this.#plain(node, path, depth) : this.#scalars.wrongType(path, 'a mapping');
    }
  }

  /** Follows an alias; `undefined` (with a finding) where it leads nowhere or the document is too large with all of them followed. */
  #resolve(node: Node | null, path: Path, depth: number): Node | null | undefined {
    if (++this.#nodes > mostNodes || depth > deepest) {
      if (this.#nodes <= mostNodes + 1) this.#nodes = mostNodes + 1;
      if (!this.#at.findings.some(({ code }) => code === 'platform.aliases')) {
        this.#at.report(
          'platform.aliases',
          path,
          `With its aliases followed the file has more than ${mostNodes} values or ${deepest} levels: write less with aliases.`,
          this.#at.rangeOf(node, path),
        );
      }
      return undefined;
    }
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    if (target === undefined) {
      this.#at.report(
        'platform.alias',
        path,
        `There is no anchor ${token(node.source)} above this alias: define it, or write the value.`,
        this.#at.rangeOf(node, path),
      );
      return undefined;
    }
    return isAlias(target) ? this.#resolve(target, path, depth + 1) : target;
  }

  #empty(shape: Shape, path: Path): undefined {
    const mayBeEmpty =
      shape.type === 'mapping' || shape.type === 'entries' || shape.type === 'anything' || (shape.type === 'list' && shape.minimum === 0);
    if (!mayBeEmpty) this.#at.report('platform.empty-value', path, `${placeOf(path)} has no value: write one, or leave the key out.`);
    return undefined;
  }

  #either(node: Node, shape: Either, path: Path, depth: number): unknown {
    if (isSeq(node)) return this.#list(node, shape.other, path, depth);
    if (isScalar(node) && typeof node.value === 'number') return this.#scalars.whole(node, shape.one, path);
    return this.#scalars.wrongType(path, 'a whole number or a list');
  }

  #list(node: Node, shape: List, path: Path, depth: number): readonly unknown[] | undefined {
    if (!isSeq(node)) return this.#scalars.wrongType(path, 'a list', this.#bracket(node, path));
    const { items } = node as YAMLSeq<Node | null>;
    if (items.length < shape.minimum) {
      this.#at.report(
        'platform.too-few',
        path,
        `${placeOf(path)} must have at least ${shape.minimum} ${shape.minimum === 1 ? 'entry' : 'entries'}, and has ${items.length}.${reason(shape)}`,
      );
    }
    if (items.length > shape.maximum)
      this.#at.report('platform.too-many', path, `${placeOf(path)} must have at most ${shape.maximum} entries, and has ${items.length}.`);
    const values = items.slice(0, shape.maximum).map((item, index) => this.read(item, shape.items, [...path, index], depth + 1));
    for (const [index, value] of values.entries()) {
      if (typeof value === 'string' && values.indexOf(value) < index)
        this.#at.report('platform.duplicate-entry', [...path, index], `${token(value)} stands in ${placeOf(path)} twice: leave one out.`);
    }
    return values;
  }

  #mapping(node: Node, shape: Mapping, path: Path, depth: number): Readonly<Record<string, unknown>> | undefined {
    if (!isMap(node)) return this.#scalars.wrongType(path, 'a mapping of keys and values');
    const pairs = this.#pairs(node, path);
    if (pairs.length > mostKeys) {
      this.#at.report(
        'platform.too-many',
        path,
        `${path.length === 0 ? 'The file' : placeOf(path)} has ${pairs.length} keys: at most ${mostKeys} are read.`,
      );
    }
    const read: Record<string, unknown> = {};
    for (const { name, value } of pairs.slice(0, mostKeys)) {
      const inner = Object.hasOwn(shape.keys, name) ? shape.keys[name] : undefined;
      if (inner === undefined) this.#unknownKey(name, shape, path);
      else read[name] = this.read(value, inner, [...path, name], depth + 1);
    }
    for (const key of shape.required ?? []) {
      if (!this.#at.hasKey([...path, key]))
        this.#at.report('platform.missing', path, `${token(key)} is missing: write it.`, this.#at.startOf(node));
    }
    return read;
  }

  #unknownKey(name: string, shape: Mapping, path: Path): void {
    const close = nearest(name, Object.keys(shape.keys));
    const range = this.#at.keyRange([...path, name]);
    const where = path.length === 0 ? 'platform.yml' : placeOf(path);
    const elsewhere = close === undefined ? homesOf(name, this.#root).at(0) : undefined;
    const hint =
      close !== undefined
        ? `did you mean ${close}?`
        : elsewhere !== undefined
          ? `did you mean ${elsewhere}?`
          : `its keys are ${Object.keys(shape.keys).join(', ')}.`;
    const fix =
      close === undefined || range === undefined ? undefined : { title: `Change to ${close}`, edits: [{ range, newText: close }] };
    this.#at.report('platform.unknown-key', path, `${token(name)} is no key of ${where}: ${hint}`, range, fix);
  }

  #entries(node: Node, shape: Entries, path: Path, depth: number): Readonly<Record<string, unknown>> | undefined {
    if (!isMap(node)) return this.#scalars.wrongType(path, 'a mapping of keys and values');
    if (node.items.length > shape.maximum)
      this.#at.report(
        'platform.too-many',
        path,
        `${placeOf(path)} must have at most ${shape.maximum} entries, and has ${node.items.length}.`,
      );
    const read: [string, unknown][] = [];
    for (const { name, value } of this.#pairs(node, path).slice(0, shape.maximum)) {
      if (matches(shape.names, name)) read.push([name, this.read(value, shape.values, [...path, name], depth + 1)]);
      else
        this.#at.report(
          `platform.${kebab(shape.names)}`,
          path,
          `${token(name)} must be ${formats[shape.names].says}.`,
          this.#at.keyRange([...path, name]),
        );
    }
    return Object.fromEntries(read);
  }

  /** What is passed on as written: JSON and nothing else. */
  #plain(written: Node | null, path: Path, depth: number): unknown {
    const node = this.#resolve(written, path, depth);
    if (node === undefined) return undefined;
    this.#at.found(path, written);
    if (node === null) return null;
    if (isMap(node))
      return Object.fromEntries(this.#pairs(node, path).map(({ name, value }) => [name, this.#plain(value, [...path, name], depth + 1)]));
    if (isSeq(node)) return (node as YAMLSeq<Node | null>).items.map((item, index) => this.#plain(item, [...path, index], depth + 1));
    const value = isScalar(node) ? node.value : undefined;
    const isJson =
      value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    return isJson ? value : this.#scalars.wrongType(path, 'a value that JSON has');
  }

  /** The entries with a name each, in order; a name that comes again or is no name is a finding and left out. */
  #pairs(node: YAMLMap, path: Path): readonly Entry[] {
    const entries = new Map<string, Entry>();
    for (const { key, value } of (node as YAMLMap<Node | null, Node | null>).items) {
      const name = isScalar(key) && key.value !== null ? (typeof key.value === 'string' ? key.value : (key.source ?? '')) : undefined;
      if (name === undefined) {
        this.#at.report('platform.key', path, 'A key must be a text here.', this.#at.rangeOf(key, path));
      } else if (entries.has(name)) {
        this.#at.report('platform.duplicate-key', path, `${token(name)} stands here twice: leave one out.`, this.#at.rangeOf(key, path));
      } else {
        this.#at.foundKey([...path, name], key);
        entries.set(name, { name, value });
      }
    }
    return [...entries.values()];
  }

  /** A single value where a list of such values is wanted. */
  #bracket(node: Node, path: Path): Fix | undefined {
    const text = this.#at.textOf(node);
    return isScalar(node) && /^[^\n,[\]{}#]+$/.test(text) ? this.#at.replace('Make it a list', path, `[${text}]`) : undefined;
  }
}

function isEmptyValue(node: Node | null): node is null {
  return node === null || (isScalar(node) && node.value === null);
}

/** Where else a key of that name is at home: `network.zones`. */
function homesOf(name: string, shape: Shape, path = ''): readonly string[] {
  if (shape.type !== 'mapping') return [];
  return Object.entries(shape.keys).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return key === name ? [here] : homesOf(name, inner, here);
  });
}

import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, YAMLMap } from 'yaml';
import { token } from '../core/findings/token.ts';
import type { Json } from '../core/graph/resource.ts';

/** Values that aliases may make of one document: a hostile one doubles itself with every line ("billion laughs"). */
const mostValues = 1_000_000;

export type Problem = (code: string, message: string, node: Node | null) => void;

interface Read {
  readonly json: Json;
  /** How many values it is made of, written out. */
  readonly size: number;
}

/**
 * The plain JSON of a YAML tree, as `kubectl` sends it: keys are text, merge keys are merged, aliases stand for what they
 * name. Linear in what is written. `undefined` after a problem that leaves no value.
 */
export function nodeJson(root: Node | null, problem: Problem): Json | undefined {
  return new Reading(problem).read(root)?.json;
}

class Reading {
  readonly #anchors = new Map<string, Read | 'open'>();
  readonly #problem: Problem;
  #total = 0;

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  read(node: Node | null): Read | undefined {
    if (node === null) return { json: null, size: 1 };
    if (isAlias(node)) return this.#alias(node.source, node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const value = this.#value(node);
    if (anchor !== undefined && value !== undefined) this.#anchors.set(anchor, value);
    return value;
  }

  #alias(name: string, node: Node): Read | undefined {
    const target = this.#anchors.get(name);
    if (target === undefined || target === 'open') {
      const why = target === 'open' ? 'stands inside of what it names' : 'names no anchor before it';
      this.#problem('manifest.alias', `The alias ${token(`*${name}`)} ${why}.`, node);
      return undefined;
    }
    this.#total += target.size;
    if (this.#total > mostValues) {
      this.#problem('manifest.alias', 'Aliases make this document too large: write out what it needs.', node);
      return undefined;
    }
    return target;
  }

  #value(node: Node): Read | undefined {
    if (isScalar(node)) return this.#scalar(node.value, node);
    if (isMap(node)) return this.#map(node);
    if (!isSeq(node)) return undefined;
    const items: Json[] = [];
    let size = 1;
    for (const item of node.items) {
      const read = this.read(isNode(item) ? item : null);
      if (read === undefined) return undefined;
      items.push(read.json);
      size += read.size;
    }
    return { json: items, size };
  }

  #scalar(value: unknown, node: Node): Read | undefined {
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
      return { json: value, size: 1 };
    this.#problem('manifest.syntax', 'This value has no meaning in Kubernetes: put it in quotes.', node);
    return undefined;
  }

  #map(map: YAMLMap): Read | undefined {
    const own = new Map<string, Json>();
    const merged = new Map<string, Json>();
    let size = 1;
    for (const { key, value } of map.items) {
      const keyNode = isNode(key) ? key : null;
      const read = this.read(isNode(value) ? value : null);
      if (read === undefined) return undefined;
      size += read.size;
      if (isScalar(keyNode) && keyNode.type === 'PLAIN' && keyNode.value === '<<') {
        if (!mergeInto(merged, read.json)) this.#problem('manifest.merge', 'After << comes a mapping, or a list of them.', keyNode);
        continue;
      }
      const name = this.#key(keyNode);
      if (name === undefined) return undefined;
      if (own.has(name)) this.#problem('manifest.duplicate-key', `The key ${token(name)} stands here twice: keep one.`, keyNode);
      own.set(name, read.json);
    }
    for (const [name, json] of merged) if (!own.has(name)) own.set(name, json);
    // fromEntries defines properties: "__proto__" is a key like any other
    return { json: Object.fromEntries(own), size };
  }

  #key(node: Node | null): string | undefined {
    const json = this.read(node)?.json;
    if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return String(json);
    this.#problem('manifest.key', 'A key is a text, a number or a truth value.', node);
    return undefined;
  }
}

/** The first of several merged mappings wins; of one's own keys all do. */
function mergeInto(target: Map<string, Json>, json: Json): boolean {
  const sources: readonly Json[] = Array.isArray(json) ? json : [json];
  for (const source of sources) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) return false;
    for (const [name, value] of Object.entries(source)) if (!target.has(name)) target.set(name, value);
  }
  return true;
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isMap(value) || isSeq(value);
}

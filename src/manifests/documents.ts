import type { Node } from 'yaml';
import { Source as FileText, longestText, syntaxMessage } from '../core/platform/document.ts';
import { deepest, tooDeepAt } from '../core/platform/nesting.ts';
import type { Finding, SourceRange } from '../core/findings/finding.ts';
import type { Json } from '../core/graph/resource.ts';
import { DocumentText, splitDocuments } from './documentText.ts';
import { at, isList, isObject, textAt } from './json.ts';
import type { JsonObject, JsonPath, ManifestFile, ManifestObject } from './manifestObject.ts';
import { nameProblem } from './names.ts';
import { nodeJson } from './nodeJson.ts';
import { groupOf } from './objectKey.ts';

/** Findings of one file; more help nobody, and a hostile file could have millions. */
const mostFindings = 100;

/** Documents of one file: each costs a parse, and a hostile file could have a million empty ones. */
const mostDocuments = 10_000;

export interface ReadManifests {
  /** As they stand in the file. `key.namespace` is what is written: scopes and defaults are the set's business. */
  readonly objects: readonly ManifestObject[];
  readonly findings: readonly Finding[];
}

/**
 * The objects in a file, and a finding for everything in it that is none. Never throws. A file without a single `apiVersion`
 * and `kind` (Helm values, a workflow of GitHub) is no manifest and gives nothing, unless a person `named` that very file.
 */
export function readManifest(file: ManifestFile, named = false): ReadManifests {
  const text = new FileText(file.file, file.text.startsWith('\ufeff') ? file.text.slice(1) : file.text);
  const reader = new Reader();
  if (text.text.length > longestText) {
    reader.report('manifest.too-large', 'The file is larger than 5 MB: split it.', text.range(0, 0));
    return reader.result();
  }
  const deep = tooDeepAt(text.text);
  if (deep !== undefined) {
    const message = `Collections are nested more than ${deepest} levels deep here: flatten them.`;
    reader.report('manifest.nesting', message, text.range(deep, deep + 1));
    return reader.result();
  }
  const places = splitDocuments(text.text);
  if (places.length > mostDocuments) {
    reader.report('manifest.too-large', `The file has more than ${String(mostDocuments)} documents: split it.`, text.range(0, 0));
    return reader.result();
  }
  const values = places.flatMap(([start, end]): readonly Value[] => {
    if (reader.isFull) return [];
    const document = new DocumentText(text, file.path, start, end);
    const json = reader.parse(document);
    return json === undefined ? [] : [{ document, json }];
  });
  if (!named && !values.some(({ json }) => isManifest(json))) return reader.result();
  for (const { document, json } of values) reader.take(document, json, []);
  return reader.result();
}

/** `readManifest` that parses a file again only when its text has changed: a status looks at the same files every time. */
export function rememberingReader(): typeof readManifest {
  const known = new Map<string, { readonly file: ManifestFile; readonly named: boolean; readonly read: ReadManifests }>();
  return (file, isNamed) => {
    const named = isNamed === true;
    const before = known.get(file.file);
    if (before?.file.text === file.text && before.file.path === file.path && before.named === named) return before.read;
    const read = readManifest(file, named);
    known.set(file.file, { file, named, read });
    return read;
  };
}

interface Value {
  readonly document: DocumentText;
  readonly json: Json;
}

function isManifest(json: Json): boolean {
  return isObject(json) && textAt(json, 'apiVersion') !== undefined && textAt(json, 'kind') !== undefined;
}

class Reader {
  readonly #objects: ManifestObject[] = [];
  readonly #findings: Finding[] = [];

  result(): ReadManifests {
    return { objects: this.#objects, findings: this.#findings };
  }

  get isFull(): boolean {
    return this.#findings.length >= mostFindings;
  }

  report(code: string, message: string, range: SourceRange, severity: Finding['severity'] = 'error'): void {
    const { line, column } = range.start;
    const last = this.#findings.at(-1);
    // The parser tells an open quote in an open bracket twice, at the end of both.
    const isTold = last?.code === code && last.range?.start.line === line && last.range.start.column === column;
    if (!this.isFull && !isTold) this.#findings.push({ code, severity, message, range });
  }

  /** `undefined` for an empty document, and for one that is no YAML. */
  parse(document: DocumentText): Json | undefined {
    const before = this.#findings.length;
    const problem = (code: string, message: string, node: Node | null): void => this.report(code, message, document.rangeOfNode(node));
    try {
      const tree = document.parse();
      for (const error of tree.errors) {
        this.report(codeOf(error.code, error.message), messageOf(error), document.rangeOfError(error.pos));
      }
      // A tag that nobody knows is a warning to the parser, and an error to kubectl.
      for (const warning of tree.warnings) this.report('manifest.syntax', syntaxMessage(warning), document.rangeOfError(warning.pos));
      if (this.#findings.length > before) return undefined;
      const json = nodeJson(tree.contents, problem);
      return this.#findings.length > before || json === null ? undefined : json;
    } catch {
      this.report('manifest.syntax', 'This document cannot be read as YAML.', document.range(0, 0));
      return undefined;
    }
  }

  take(document: DocumentText, json: Json, root: JsonPath): void {
    const rangeOf = (path: JsonPath): SourceRange => document.sourceAt(root).rangeOf(path);
    if (!isObject(json)) {
      this.report('manifest.no-object', 'An object of Kubernetes is a mapping with apiVersion, kind and metadata.', firstLine(rangeOf([])));
      return;
    }
    const apiVersion = textAt(json, 'apiVersion');
    const kind = textAt(json, 'kind');
    if (apiVersion === undefined || kind === undefined) {
      const missing = [...(apiVersion === undefined ? ['apiVersion'] : []), ...(kind === undefined ? ['kind'] : [])].join(' and ');
      this.report('manifest.incomplete', `An object of Kubernetes needs ${missing}: write a text.`, firstLine(rangeOf([])));
      return;
    }
    const items = at(json, 'items');
    if (kind.endsWith('List') && isList(items)) {
      items.forEach((item, index) => this.take(document, item, [...root, 'items', index]));
      return;
    }
    const local = notForTheCluster(groupOf(apiVersion), kind);
    if (local !== undefined) {
      this.report('manifest.local', local, rangeOf(['kind']), 'information');
      return;
    }
    this.#object(document, json, { apiVersion, kind }, root);
  }

  #object(document: DocumentText, json: JsonObject, { apiVersion, kind }: { apiVersion: string; kind: string }, root: JsonPath): void {
    const source = document.sourceAt(root);
    const name = textAt(json, 'metadata', 'name');
    const namespace = textAt(json, 'metadata', 'namespace') ?? '';
    if (name === undefined) {
      const generated = textAt(json, 'metadata', 'generateName') !== undefined;
      if (generated) {
        const message = `${kind} has generateName: every apply would make another one. Give it a name.`;
        this.report('manifest.generate-name', message, source.rangeOf(['metadata', 'generateName']));
      } else {
        const range = at(json, 'metadata') === undefined ? firstLine(source.range) : firstLine(source.rangeOf(['metadata']));
        this.report('manifest.no-name', `${kind} has no name: write metadata.name, in quotes if it looks like a number.`, range);
      }
      return;
    }
    const key = { group: groupOf(apiVersion), kind, namespace, name };
    const problem = nameProblem(key, apiVersion);
    if (problem !== undefined) this.report('manifest.name', problem.message, source.rangeOf(problem.path));
    else this.#objects.push({ key, apiVersion, json, source });
  }
}

/** Ours are marked by the message that the tags give. */
function codeOf(code: string, message: string): string {
  return code === 'TAG_RESOLVE_FAILED' && message === 'number' ? 'manifest.number' : 'manifest.syntax';
}

function messageOf(error: Parameters<typeof syntaxMessage>[0]): string {
  if (codeOf(error.code, error.message) === 'manifest.number')
    return 'This number is not kept exactly on its way to Kubernetes: put it in quotes.';
  if (error.code === 'MULTIPLE_DOCS') return 'A second document begins here: put --- on the line before it.';
  return syntaxMessage(error);
}

/** What looks like an object and is read by a program on one's own machine. */
function notForTheCluster(group: string, kind: string): string | undefined {
  if (group === 'kustomize.config.k8s.io' || (kind === 'Kustomization' && group === '')) {
    return 'A kustomization is not built: the files beside it are read as they stand.';
  }
  if (kind === 'Config' && group === '') return 'This is a kubeconfig and no object of a cluster: it is left out.';
  if (group === 'eksctl.io') return 'This is read by eksctl and no object of a cluster: it is left out.';
  return undefined;
}

function firstLine({ file, start, end }: SourceRange): SourceRange {
  return end.line === start.line ? { file, start, end } : { file, start, end: { line: start.line + 1, column: 1 } };
}

import type { SourceRange } from '../core/findings/finding.ts';
import type { Json } from '../core/graph/resource.ts';
import type { ObjectKey } from './objectKey.ts';

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A place in an object: `['spec', 'template', 'spec', 'containers', 0]`. */
export type JsonPath = readonly (string | number)[];

/** Where an object is written. */
export interface Source {
  /** Relative to the folder of `platform.yml`, with `/` on every system: what people are shown. */
  readonly file: string;
  /** The whole document; of an item of a `List`, the item. */
  readonly range: SourceRange;
  /** Where the value of `path` is written, else its nearest ancestor; `path` counts from the object, also inside a `List`. */
  rangeOf(path: JsonPath): SourceRange;
}

/** An object as a file describes it. */
export interface ManifestObject {
  /** With the namespace that it goes to, whether it is written or the stage's. */
  readonly key: ObjectKey;
  readonly apiVersion: string;
  /** As kubectl would send it; `metadata.namespace` agrees with `key`. */
  readonly json: JsonObject;
  readonly source: Source;
  /** platform.yml says something else of it than its file does: whoever applies the file would not get this object. */
  readonly differsFromFile?: true;
}

/** An object with the stage that it belongs to. */
export interface PlacedObject extends ManifestObject {
  readonly stage: string;
  /** Further places of a Namespace that several files write; they are merged into this object. */
  readonly also?: readonly Source[];
}

/** A file of manifests as it is on disk. */
export interface ManifestFile {
  /** Relative to the folder of `platform.yml`, with `/` on every system. */
  readonly path: string;
  /** Absolute; it stands in the ranges of findings. */
  readonly file: string;
  readonly text: string;
}

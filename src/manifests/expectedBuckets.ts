import type { SourceRange } from '../core/findings/finding.ts';
import { Source as FileText } from '../core/platform/document.ts';
import type { Json } from '../core/graph/resource.ts';
import { tooDeepAt } from '../core/platform/nesting.ts';
import { DocumentText, splitDocuments } from './documentText.ts';
import { isObject, textAt } from './json.ts';
import type { JsonPath, ManifestFile, PlacedObject, Source } from './manifestObject.ts';
import type { ManifestSet } from './manifestSet.ts';
import { nodeJson } from './nodeJson.ts';
import { below } from './patterns.ts';

export interface BucketNeed {
  /** The object that expects the bucket; none where values of a chart do. */
  readonly from?: PlacedObject;
  /** Relative to the folder of `platform.yml`. */
  readonly file: string;
  readonly range: SourceRange;
}

/** A bucket that somebody expects to be in MinIO. */
export interface ExpectedBucket {
  readonly name: string;
  readonly needs: readonly BucketNeed[];
}

/** Names that S3 takes ("Bucket naming rules"). What is not one is a template or belongs to somebody else. */
const bucketName = /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;
const address = /\bs3[an]?:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?=[/\s"'`,;)\]}]|$)/g;

/**
 * Buckets of MinIO, by name: of event sources, artifacts and repositories of Argo, of addresses `s3://…` and `s3a://…` in
 * objects that speak of MinIO, and of the values of charts (`filestore.s3.bucketName` of Sentry's).
 */
export function expectedBuckets(
  { objects }: Pick<ManifestSet, 'objects'>,
  values: readonly ManifestFile[] = [],
): readonly ExpectedBucket[] {
  const found = new Map<string, BucketNeed[]>();
  const add = (name: string, need: BucketNeed): void => {
    if (bucketName.test(name)) found.set(name, [...(found.get(name) ?? []), need]);
  };
  for (const object of objects) {
    for (const { name, path } of bucketsIn(object.json))
      add(name, { from: object, file: object.source.file, range: object.source.rangeOf(path) });
  }
  for (const file of values) {
    for (const { json, source } of valuesOf(file)) {
      const name = textAt(json, 'filestore', 's3', 'bucketName');
      if (name !== undefined) add(name, { file: file.path, range: source.rangeOf(['filestore', 's3', 'bucketName']) });
    }
  }
  return [...found].map(([name, needs]) => ({ name, needs })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

interface Bucket {
  readonly name: string;
  readonly path: JsonPath;
}

function bucketsIn(json: Json): readonly Bucket[] {
  const all = below({ path: [], value: json });
  const speaksOfMinio = all.some(
    ({ path, value }) => /minio/i.test(String(path.at(-1))) || (typeof value === 'string' && /minio/i.test(value)),
  );
  return all.flatMap(({ path, value }): readonly Bucket[] => {
    if (isObject(value)) return bucketOf(value, path);
    if (typeof value !== 'string') return [];
    const written = speaksOfMinio ? [...value.matchAll(address)].map(([, name = '']) => ({ name, path })) : [];
    return [...written, ...embeddedBuckets(value, path)];
  });
}

/** A block of S3 that names its endpoint, as artifacts do, or a MinIO event source, whose bucket is an object itself. */
function bucketOf(block: Json, path: JsonPath): readonly Bucket[] {
  const endpoint = textAt(block, 'endpoint');
  if (endpoint === undefined || /(?:^|\.)amazonaws\.com(?:\.cn)?(?::\d+)?$/.test(endpoint)) return [];
  const plain = textAt(block, 'bucket');
  if (plain !== undefined) return [{ name: plain, path: [...path, 'bucket'] }];
  const named = textAt(block, 'bucket', 'name');
  return named === undefined ? [] : [{ name: named, path: [...path, 'bucket', 'name'] }];
}

/** YAML in a text, as a ConfigMap holds the settings of Argo's controller: `artifactRepository`. */
function embeddedBuckets(text: string, path: JsonPath): readonly Bucket[] {
  if (!/^\s*bucket:/m.test(text) || text.length > 100_000) return [];
  return valuesOf({ path: '', file: '', text }).flatMap(({ json }) =>
    below({ path: [], value: json }).flatMap(({ value }) => bucketOf(value, []).map(({ name }) => ({ name, path }))),
  );
}

/** The documents of a text that is no manifest. What cannot be read is another's finding. */
function valuesOf({ path, file, text }: ManifestFile): readonly { readonly json: Json; readonly source: Source }[] {
  if (tooDeepAt(text) !== undefined) return [];
  const whole = new FileText(file, text.startsWith('\ufeff') ? text.slice(1) : text);
  return splitDocuments(whole.text).flatMap(([start, end]) => {
    const document = new DocumentText(whole, path, start, end);
    const problems: string[] = [];
    try {
      const tree = document.parse();
      const json = tree.errors.length > 0 ? undefined : nodeJson(tree.contents, (code) => problems.push(code));
      return json === undefined || problems.length > 0 ? [] : [{ json, source: document.sourceAt([]) }];
    } catch {
      return [];
    }
  });
}

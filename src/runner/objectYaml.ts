import { stringify } from 'yaml';
import type { Json } from '../core/graph/resource.ts';
import { FIELD_MANAGER, type KubernetesObject } from '../kubernetes/client.ts';
import { appliedBy } from '../kubernetes/objects/ownedFields.ts';
import { writtenPart } from '../kubernetes/objects/writtenPart.ts';
import { isObject } from '../manifests/json.ts';
import type { JsonObject } from '../manifests/manifestObject.ts';
import { locateObject, type Looking } from './clusterObjects.ts';
import type { ObjectCalls } from './objectCalls.ts';

/** What stands for the value of a Secret, in the manifest as in the cluster. */
const MASK = '(a secret)';

/** A copy of the whole object in one text: of a Secret with its values. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Both sides of an object as people compare them. @throws as `locateObject` does; Unseen when it cannot be read */
export async function objectYaml(
  looking: Looking,
  { resource }: ObjectCalls['objectYaml']['params'],
): Promise<ObjectCalls['objectYaml']['result']> {
  const { client, path, written } = await locateObject(looking, resource);
  const live = await client.get(path, looking.signal);
  const manifest = written && withoutStatus(shown(written.json));
  return {
    ...(live === undefined ? {} : { live: yamlOf(shown(asJson(live))) }),
    ...(live === undefined || manifest === undefined ? {} : { comparable: yamlOf(comparable(live, manifest)) }),
    ...(manifest === undefined ? {} : { manifest: yamlOf(manifest) }),
  };
}

/** An answer of the API server is JSON; its type says less. */
const asJson = (object: KubernetesObject): JsonObject => object as unknown as JsonObject;

/** Without bookkeeping, and without the values of a Secret. */
function shown({ data, stringData, metadata, ...rest }: JsonObject): JsonObject {
  const isSecret = rest['kind'] === 'Secret';
  const masked = isSecret ? maskedData(data, stringData) : { ...given('data', data), ...given('stringData', stringData) };
  return { ...rest, ...(isObject(metadata) ? { metadata: withoutBookkeeping(metadata) } : given('metadata', metadata)), ...masked };
}

/** What is written into `stringData` is kept as `data`: both sides show it there. */
function maskedData(data: Json | undefined, stringData: Json | undefined): JsonObject {
  const keys = [data, stringData].flatMap((values) => (isObject(values) ? Object.keys(values) : []));
  return keys.length === 0 ? {} : { data: Object.fromEntries(keys.map((key) => [key, MASK])) };
}

function withoutBookkeeping({ managedFields: _, annotations, ...metadata }: JsonObject): JsonObject {
  if (!isObject(annotations)) return { ...metadata, ...given('annotations', annotations) };
  const { [LAST_APPLIED]: __, ...kept } = annotations;
  return { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) };
}

/** What the manifest speaks of, or an apply of ours wrote: no defaults of the server, nothing that controllers write. */
function comparable(live: KubernetesObject, manifest: JsonObject): JsonObject {
  return withoutStatus(writtenPart(shown(asJson(live)), manifest, appliedBy(FIELD_MANAGER, live)?.fields));
}

/** Only controllers write it, also where a generated manifest has one. */
const withoutStatus = ({ status: _, ...rest }: JsonObject): JsonObject => rest;

const given = (key: string, value: Json | undefined): JsonObject => (value === undefined ? {} : { [key]: value });

/** In one order of keys, so that two of them can be laid side by side. */
const yamlOf = (object: JsonObject): string => stringify(object, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 });

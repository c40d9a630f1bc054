import { isCustom } from './catalog.ts';
import type { FieldType, ObjectType } from './fieldType.ts';
import type { Json, JsonObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { ServedKind } from './kinds.ts';
import { modelType, modelTypes } from './model.ts';

/** kubernetes.io, "Kubernetes API Concepts": aggregated discovery. */
export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * What `kubectl api-resources`, `kubectl explain` and every client ask first.
 * @param aggregated the client takes everything in one answer
 * @returns `undefined`: no such path
 */
export function discovery(path: string, kinds: readonly ServedKind[], aggregated: boolean): JsonObject | undefined {
  const clean = path.replace(/\/$/, '');
  if (clean === '/api') {
    if (aggregated) return groupDiscovery(['']);
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  if (clean === '/apis') {
    if (aggregated) return groupDiscovery(groups());
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(apiGroup) };
  }
  if (clean === '/openapi/v3') {
    const hash = openApiHash(kinds);
    return { paths: Object.fromEntries(roots().map((each) => [each, { serverRelativeURL: `/openapi/v3/${each}?hash=${hash}` }])) };
  }
  const groupVersion = /^\/(?:openapi\/v3\/)?(api\/v1|apis\/[^/]+\/[^/]+)$/.exec(clean)?.[1];
  if (groupVersion !== undefined && roots().includes(groupVersion)) {
    const of = kinds.filter((kind) => rootOf(kind) === groupVersion);
    return clean.startsWith('/openapi') ? openApi(groupVersion, of) : resourceList(groupVersion, of);
  }
  const group = groups().find((each) => clean === `/apis/${each}`);
  return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };

  function groups(): string[] {
    return [...new Set(kinds.map((kind) => kind.group))].filter((each) => each !== '');
  }

  function versionsOf(of: string): string[] {
    return [...new Set(kinds.filter((kind) => kind.group === of).map((kind) => kind.version))];
  }

  function roots(): string[] {
    return [...new Set(kinds.map(rootOf))];
  }

  function apiGroup(name: string): JsonObject {
    const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] ?? {} };
  }

  function groupDiscovery(names: readonly string[]): JsonObject {
    return {
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: names.map((name) => ({
        metadata: name === '' ? {} : { name },
        versions: versionsOf(name).map((version) => ({
          version,
          resources: kinds.filter((kind) => kind.group === name && kind.version === version).map(discovered),
          freshness: 'Current',
        })),
      })),
    };
  }
}

/** `api/v1`, `apis/apps/v1` */
function rootOf(kind: ServedKind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
}

/** What may be done with a subresource. */
function verbsOf(subresource: string): string[] {
  if (subresource === 'status' || subresource === 'scale' || subresource === 'approval') return ['get', 'patch', 'update'];
  if (subresource === 'log') return ['get'];
  return subresource === 'portforward' ? ['create', 'get'] : ['create'];
}

function discovered(kind: ServedKind): JsonObject {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...kind.verbs],
    ...(kind.shortNames.length > 0 && { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length > 0 && { categories: [...kind.categories] }),
    ...(kind.subresources.length > 0 && {
      subresources: kind.subresources.map((subresource) => ({
        subresource,
        responseKind: subresource === 'scale' ? SCALE : { group: kind.group, version: kind.version, kind: kind.kind },
        verbs: verbsOf(subresource),
      })),
    }),
  };
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

function resourceList(groupVersion: string, kinds: readonly ServedKind[]): JsonObject {
  const entries = kinds.flatMap((kind): JsonObject[] => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: [...kind.verbs],
      ...(kind.shortNames.length > 0 && { shortNames: [...kind.shortNames] }),
      ...(kind.categories.length > 0 && { categories: [...kind.categories] }),
    },
    ...kind.subresources.map((subresource) => ({
      name: `${kind.plural}/${subresource}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(subresource === 'scale' && { group: SCALE.group, version: SCALE.version }),
      kind: subresource === 'scale' ? SCALE.kind : kind.kind,
      verbs: verbsOf(subresource),
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion.replace(/^apis?\//, ''), resources: entries };
}

/** Clients keep a document by its hash: it changes with the definitions. */
function openApiHash(kinds: readonly ServedKind[]): string {
  return kinds.filter(isCustom).length.toString(36).padStart(4, '0');
}

/** As much of the document as clients read: the fields of every type, and that a PATCH may be validated and tried dry. */
function openApi(groupVersion: string, kinds: readonly ServedKind[]): JsonObject {
  const paths = kinds.map((kind) => {
    const collection = kind.namespaced ? `/${groupVersion}/namespaces/{namespace}/${kind.plural}` : `/${groupVersion}/${kind.plural}`;
    const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    }));
    return [
      `${collection}/{name}`,
      { patch: { parameters, 'x-kubernetes-action': 'patch', 'x-kubernetes-group-version-kind': gvk(kind) } },
    ] as const;
  });
  const own = kinds.some(isCustom) ? [] : modelTypes().map((name) => [name, schemaDocument(modelType(name), kinds)] as const);
  const custom = kinds.filter(isCustom).map((kind) => {
    const properties = { ...TYPE_META, metadata: { $ref: '#/components/schemas/meta.v1.ObjectMeta' } };
    const fields = kind.schema['properties'];
    const document = { ...kind.schema, properties: { ...(typeof fields === 'object' ? fields : {}), ...properties } };
    return [`${kind.group}.${kind.version}.${kind.kind}`, { ...document, 'x-kubernetes-group-version-kind': [gvk(kind)] }] as const;
  });
  const shared = kinds.some(isCustom) ? metaTypes() : [];
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries([...own, ...custom, ...shared]) },
  };
}

const TYPE_META = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

function metaTypes(): (readonly [string, JsonObject])[] {
  return ['meta.v1.ObjectMeta', 'meta.v1.OwnerReference', 'meta.v1.ManagedFieldsEntry'].map((name) => [
    name,
    schemaDocument(modelType(name), []),
  ]);
}

function schemaDocument(type: ObjectType, kinds: readonly ServedKind[]): JsonObject {
  const kind = kinds.find((each) => each.type.name === type.name);
  return {
    type: 'object',
    properties: Object.fromEntries(type.fields().map((field) => [field, typeDocument(type.field(field)?.type)])),
    ...(type.required.length > 0 && { required: [...type.required] }),
    ...(kind !== undefined && { 'x-kubernetes-group-version-kind': [gvk(kind)] }),
  };
}

function typeDocument(type: FieldType | undefined): Json {
  switch (type?.is) {
    case undefined:
    case 'any':
      return { type: 'object' };
    case 'list':
      return { type: 'array', items: typeDocument(type.of), ...listMarks(type.keys, type.set), ...patchMarks(type.patchKey) };
    case 'map':
      return { type: 'object', additionalProperties: typeDocument(type.of) };
    case 'object':
      return { allOf: [{ $ref: `#/components/schemas/${type.name}` }] };
    case 'scalar':
      return scalarDocument(type.scalar);
  }
}

function scalarDocument(scalar: string): JsonObject {
  if (scalar === 'intOrString') return { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };
  if (scalar === 'quantity') return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  if (scalar === 'time') return { type: 'string', format: 'date-time' };
  if (scalar === 'bytes') return { type: 'string', format: 'byte' };
  return { type: scalar };
}

function listMarks(keys: readonly string[], set: boolean): JsonObject {
  if (keys.length > 0) return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] };
  return { 'x-kubernetes-list-type': set ? 'set' : 'atomic' };
}

function patchMarks(patchKey: string | undefined): JsonObject {
  if (patchKey === undefined) return {};
  return { 'x-kubernetes-patch-strategy': 'merge', ...(patchKey !== '' && { 'x-kubernetes-patch-merge-key': patchKey }) };
}

function gvk(kind: ServedKind): JsonObject {
  return { group: kind.group, kind: kind.kind, version: apiVersionOf(kind).split('/').at(-1) ?? 'v1' };
}

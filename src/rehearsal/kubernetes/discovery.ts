import type { Json, JsonObject } from './json.ts';
import { apiVersionOf, KINDS } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { fieldsOf, schemaNames } from './schema.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update'];

/** What `kubectl api-resources`, `kubectl explain` and every client ask first. `undefined`: no such path. */
export function discovery(path: string): JsonObject | undefined {
  const clean = path.replace(/\/$/, '');
  if (clean === '/api') return { kind: 'APIVersions', apiVersion: 'v1', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (clean === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(apiGroup) };
  if (clean === '/openapi/v3')
    return { paths: Object.fromEntries(groupVersions().map((each) => [each, { serverRelativeURL: `/openapi/v3/${each}?hash=1` }])) };
  const groupVersion = /^\/(?:openapi\/v3\/)?(api\/v1|apis\/[^/]+\/[^/]+)$/.exec(clean)?.[1];
  if (groupVersion !== undefined && groupVersions().includes(groupVersion)) {
    return clean.startsWith('/openapi') ? openApi(groupVersion) : resourceList(groupVersion);
  }
  const group = groups().find((each) => clean === `/apis/${each}`);
  return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
}

function groups(): string[] {
  return [...new Set(KINDS.map((kind) => kind.group))].filter((group) => group !== '');
}

function groupVersions(): string[] {
  return [...new Set(KINDS.map(rootOf))];
}

/** `api/v1`, `apis/apps/v1` */
function rootOf(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
}

function apiGroup(group: string): JsonObject {
  const version = { groupVersion: `${group}/v1`, version: 'v1' };
  return { name: group, versions: [version], preferredVersion: version };
}

function resourceList(groupVersion: string): JsonObject {
  const kinds = KINDS.filter((kind) => rootOf(kind) === groupVersion);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion.replace(/^apis?\//, ''),
    resources: kinds.map((kind) => ({
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: VERBS,
      ...(kind.shortNames.length > 0 && { shortNames: [...kind.shortNames] }),
    })),
  };
}

/** As much of the document as kubectl reads: the fields of every type, and that a PATCH may be validated and tried dry. */
function openApi(groupVersion: string): JsonObject {
  const kinds = KINDS.filter((kind) => rootOf(kind) === groupVersion);
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
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(schemaNames().map((name) => [name, schemaDocument(name, kinds)])) },
  };
}

function schemaDocument(name: string, kinds: readonly Kind[]): JsonObject {
  const kind = kinds.find((each) => each.schema === name);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fieldsOf(name)).map(([field, type]) => [field, typeDocument(type)])),
    ...(kind !== undefined && { 'x-kubernetes-group-version-kind': [gvk(kind)] }),
  };
}

function typeDocument(type: string): Json {
  if (type === 'any') return {};
  if (type === 'string' || type === 'boolean' || type === 'number') return { type };
  if (type.startsWith('list:')) return { type: 'array', items: typeDocument(type.slice('list:'.length)) };
  if (type.startsWith('map:')) return { type: 'object', additionalProperties: typeDocument(type.slice('map:'.length)) };
  return { $ref: `#/components/schemas/${type}` };
}

function gvk(kind: Kind): JsonObject {
  return { group: kind.group, kind: kind.kind, version: apiVersionOf(kind).split('/').at(-1) ?? 'v1' };
}

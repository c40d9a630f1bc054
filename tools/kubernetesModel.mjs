// What the rehearsed API server knows of Kubernetes' own kinds, taken from a real one: `node tools/kubernetesModel.mjs` starts
// the engine (test/engines), asks it for discovery and /openapi/v3, reads the numbers of protobuf fields from the .proto files
// of the same version (Go's module cache, where the engine was built from), and writes src/rehearsal/kubernetes/model.json.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { engines, folderOf, provide } from '../test/engines/engines.mjs';
import { root } from './paths.mjs';

export const modelFile = path.join(root, 'src/rehearsal/kubernetes/model.json');

/** Groups that nothing of a platform is made of: they would be a third of the file. */
const LEFT_OUT = ['resource.k8s.io', 'flowcontrol.apiserver.k8s.io', 'node.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'];
/** What is sent and never kept: typed clients send it as protobuf all the same. */
const QUESTIONS = {
  '/openapi/v3/apis/authorization.k8s.io/v1': ['authorization.v1.SelfSubjectAccessReview', 'authorization.v1.SelfSubjectRulesReview'],
  '/openapi/v3/apis/authentication.k8s.io/v1': ['authentication.v1.TokenRequest'],
  '/openapi/v3/apis/autoscaling/v1': ['autoscaling.v1.Scale'],
  '/openapi/v3/apis/policy/v1': ['policy.v1.Eviction'],
  '/openapi/v3/api/v1': ['core.v1.Binding', 'meta.v1.DeleteOptions'],
};
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Types that have a shape of their own in JSON and in protobuf. */
const SPECIAL = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'raw',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'raw',
};

/**
 * @param ask `(path, accept) → JSON` of a real API server
 * @param modules the folder `k8s.io` of Go's module cache
 * @param version of the engine, `1.36.3`
 */
export async function kubernetesModel(ask, modules, version) {
  const discovered = [await ask('/api', AGGREGATED), await ask('/apis', AGGREGATED)].flatMap((list) => list.items);
  const groups = discovered.filter(({ metadata }) => !LEFT_OUT.includes(metadata.name ?? ''));
  const schemas = {};
  const kinds = [];
  for (const { metadata, versions } of groups) {
    const group = metadata.name ?? '';
    for (const { version: groupVersion, resources } of versions) {
      const document = await ask(`/openapi/v3/${group === '' ? 'api' : `apis/${group}`}/${groupVersion}`, 'application/json');
      Object.assign(schemas, document.components.schemas);
      kinds.push(...resources.filter(isKept).map((resource) => kindOf(group, groupVersion, resource, document.components.schemas)));
    }
  }
  for (const document of Object.keys(QUESTIONS)) Object.assign(schemas, (await ask(document, 'application/json')).components.schemas);
  const messages = protoMessages(modules, version);
  const types = {};
  const waiting = [...kinds.map(({ type }) => type), ...Object.values(QUESTIONS).flat()].map((type) => longName(type, schemas));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (types[shortName(name)] !== undefined) continue;
    const schema = schemas[name];
    types[shortName(name)] = typeOf(schema, numbersOf(shortName(name), Object.keys(schema.properties ?? {}), messages));
    waiting.push(...Object.values(schema.properties ?? {}).flatMap(referred));
  }
  return { version, kinds, types: Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Not a subresource, and not one that only answers questions (Binding, reviews). */
const isKept = ({ verbs }) => verbs.includes('get');

function kindOf(group, version, resource, schemas) {
  const { kind } = resource.responseKind;
  const type = Object.entries(schemas).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some((each) => each.group === group && each.version === version && each.kind === kind),
  )[0];
  return {
    group,
    version,
    kind,
    plural: resource.resource,
    singular: resource.singularResource,
    namespaced: resource.scope === 'Namespaced',
    ...(resource.shortNames && { shortNames: resource.shortNames }),
    ...(resource.categories && { categories: resource.categories }),
    ...(resource.subresources && { subresources: resource.subresources.map(({ subresource }) => subresource) }),
    verbs: resource.verbs,
    type: shortName(type),
  };
}

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod` */
const shortName = (name) => name.split('.').slice(-3).join('.');
const longName = (short, schemas) => Object.keys(schemas).find((name) => shortName(name) === short);

const inner = (schema) => schema.$ref ?? schema.allOf?.[0].$ref;
const refOf = (schema) => inner(schema)?.replace('#/components/schemas/', '');

function referred(schema) {
  const ref = refOf(schema);
  if (ref !== undefined) return SPECIAL[ref] === undefined ? [ref] : [];
  return [schema.items, schema.additionalProperties].filter((each) => typeof each === 'object').flatMap(referred);
}

/** Fields as texts, `NUMBER TYPE [!] [set|atomic|map:KEYS] [patch:KEY] [=DEFAULT]`; see `model.ts`, which reads them. */
function typeOf(schema, numbers) {
  const required = schema.required ?? [];
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const list = field['x-kubernetes-list-type'];
    const keys = field['x-kubernetes-list-map-keys'];
    const patchKey = field['x-kubernetes-patch-merge-key'];
    const merges = field['x-kubernetes-patch-strategy']?.includes('merge');
    const usual = field.default !== undefined && isReal(field.default, name, required) ? [`=${JSON.stringify(field.default)}`] : [];
    return [
      name,
      [
        numbers[name] ?? '-',
        typeText(field),
        ...(required.includes(name) ? ['!'] : []),
        ...(keys !== undefined ? [`map:${keys.join(',')}`] : list !== undefined ? [list] : []),
        ...(field['x-kubernetes-map-type'] === 'atomic' ? ['atomic'] : []),
        ...(merges ? [`patch:${patchKey ?? ''}`] : []),
        ...usual,
      ].join(' '),
    ];
  });
  return { ...(schema['x-kubernetes-map-type'] === 'atomic' && { atomic: true }), fields: Object.fromEntries(fields) };
}

/** The zero value of a required field is how Go's generator writes "none". */
const isReal = (value, name, required) =>
  !(required.includes(name) && (value === '' || value === 0 || value === false)) && JSON.stringify(value) !== '{}';

function typeText(schema) {
  const ref = refOf(schema);
  if (ref !== undefined) return SPECIAL[ref] ?? `@${shortName(ref)}`;
  if (schema.type === 'array') return `[${typeText(schema.items)}`;
  if (schema.type === 'object')
    return typeof schema.additionalProperties === 'object' ? `{${typeText(schema.additionalProperties)}` : 'raw';
  if (schema.type === 'string') return { byte: 'bytes', 'date-time': 'time' }[schema.format] ?? 'string';
  return schema.type ?? 'raw';
}

/** The messages of all .proto files by short name. */
function protoMessages(modules, version) {
  const minor = version.replace(/^1/, 'v0');
  const folders = ['api', 'apimachinery/pkg/apis', 'apiextensions-apiserver/pkg/apis', 'kube-aggregator/pkg/apis'].map((name) => {
    const [module, ...rest] = name.split('/');
    return path.join(modules, `${module}@${minor}`, ...rest);
  });
  const messages = {};
  for (const folder of folders.filter(existsSync)) {
    for (const file of execFileSync('find', [folder, '-name', 'generated.proto'], { encoding: 'utf8' }).trim().split('\n')) {
      readMessages(readFileSync(file, 'utf8'), path.dirname(file).split(path.sep).slice(-2).join('.'), messages);
    }
  }
  return messages;
}

function readMessages(text, prefix, messages) {
  const bare = text.replaceAll(/\/\/.*$/gm, '');
  for (const [, name, body] of bare.matchAll(/^message (\w+) \{([^]*?)^\}/gm)) {
    const fields = [...body.matchAll(/(?:optional|repeated|)\s*(map<[^>]+>|[.\w]+) (\w+) = (\d+);/g)];
    messages[`${prefix}.${name}`] = fields.map(([, type, field, number]) => ({ type, field, number }));
  }
}

/** Go embeds what JSON flattens: a message that is no property lends its fields their numbers, after its own. */
function numbersOf(name, properties, messages) {
  const prefix = name.split('.').slice(0, 2).join('.');
  const find = (field) => properties.find((each) => each.toLowerCase() === field.toLowerCase());
  const found = {};
  for (const { type, field, number } of messages[name] ?? []) {
    const own = find(field);
    if (own !== undefined) found[own] = number;
    else
      for (const each of messages[`${prefix}.${type}`] ?? []) {
        const flat = find(each.field);
        if (flat !== undefined) found[flat] ??= `${number}.${each.number}`;
      }
  }
  return found;
}

function asker(server, token) {
  return (url, accept) =>
    new Promise((resolve, reject) => {
      request(server + url, { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}`, accept } }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(JSON.parse(text)));
      })
        .on('error', reject)
        .end();
    });
}

/** One type or kind a line: a change shows in a diff, and the file stays small. */
export function modelText({ version, kinds, types }) {
  const lines = (entries) => entries.join(',\n');
  return `{"version":${JSON.stringify(version)},\n"kinds":[\n${lines(kinds.map((kind) => JSON.stringify(kind)))}\n],\n"types":{\n${lines(
    Object.entries(types).map(([name, type]) => `${JSON.stringify(name)}:${JSON.stringify(type)}`),
  )}\n}}\n`;
}

/** The model of a running server, as the text of the file. */
export async function modelOf(server, token) {
  const modules = path.join(execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim(), 'k8s.io');
  return modelText(await kubernetesModel(asker(server, token), modules, engines.kubernetes.version));
}

if (process.argv[1] === import.meta.filename) {
  for (const name of ['etcd', 'kubernetes', 'kwok']) {
    const missing = provide(name);
    if (missing !== undefined) throw new Error(`${name}: ${missing}`);
    process.env[`ENGINE_${name.toUpperCase()}`] = folderOf(name);
  }
  const { startControlPlane } = await import('../test/engines/controlPlane.ts');
  const plane = await startControlPlane();
  try {
    writeFileSync(modelFile, await modelOf(plane.server, plane.token));
  } finally {
    plane.stop();
  }
}

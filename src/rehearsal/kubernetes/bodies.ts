import { isCustom } from './catalog.ts';
import { isObject, objectIn, textIn } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import { APPLY_PATCH, contentType } from './resourceRequest.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { badRequest, invalid, StatusError } from './statusError.ts';
import { structuralFlaws } from './structuralSchema.ts';
import { flawsOf, goName, pruned } from './validate.ts';
import type { Flaws, Mistyped } from './validate.ts';

export interface ReadBody {
  readonly object: KubeObject;
  /** Unknown fields that were dropped. */
  readonly warnings: readonly string[];
}

/** Checks a body's kind, name and namespace against the path, and its fields against the kind. @throws StatusError */
export function readBody(request: ResourceRequest, body: JsonObject, name: string): ReadBody {
  const { kind, namespace } = request;
  const [apiVersion, kindName] = [textIn(body, 'apiVersion') ?? apiVersionOf(kind), textIn(body, 'kind') ?? kind.kind];
  if (apiVersion !== apiVersionOf(kind) || kindName !== kind.kind) throw mismatched(request, body, apiVersion);
  const metadata = objectIn(body, 'metadata');
  const given = textIn(metadata, 'name');
  if (given !== undefined && given !== '' && given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  if (kind.namespaced && namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
  const inside = textIn(metadata, 'namespace');
  if (kind.namespaced && inside !== undefined && inside !== '' && inside !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  const flaws = flawsOf(body, kind.type, contentType(request) === APPLY_PATCH);
  refuse(request, flaws, name);
  const clean = pruned(body, kind.type);
  const object: KubeObject = {
    ...clean,
    apiVersion,
    kind: kindName,
    metadata: { ...objectIn(clean, 'metadata'), name, ...(kind.namespaced && namespace !== undefined && { namespace }) },
  };
  const warn = request.query.get('fieldValidation') !== 'Ignore';
  return { object, warnings: warn ? flaws.unknown.map((path) => `unknown field "${path}"`) : [] };
}

/** The schema of a custom resource, whose refusals come after everything is merged. @throws StatusError 422 */
export function checkSchema(object: KubeObject, request: ResourceRequest): void {
  const { kind } = request;
  if (!isCustom(kind)) return;
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  const fields = structuralFlaws(rest, kind.schema);
  if (fields.length > 0) throw invalid(kind, object.metadata.name, fields);
}

function mismatched({ kind, headers }: ResourceRequest, body: JsonObject, apiVersion: string): StatusError {
  if (contentType({ headers }) === APPLY_PATCH || apiVersion === apiVersionOf(kind)) {
    return badRequest(`${textIn(body, 'kind') ?? ''} in version "${apiVersion}" cannot be handled as a ${kind.kind}: no kind match`);
  }
  return badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`);
}

/** Unknown fields are refused in the words that belong to the kind of write; `fieldValidation` says whether (server-side apply: always). */
function refuse(request: ResourceRequest, flaws: Flaws, name: string): void {
  const { kind } = request;
  if (contentType(request) === APPLY_PATCH) {
    refuseApplied(request, flaws, name);
    return;
  }
  const [mistyped] = flaws.mistyped;
  const handled = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  if (mistyped !== undefined && kind.builtIn) throw badRequest(`${handled}: ${goMismatch(kind.kind, mistyped)}`);
  if (flaws.unknown.length === 0 || request.query.get('fieldValidation') !== 'Strict') return;
  const unknown = `strict decoding error: ${flaws.unknown.map((path) => `unknown field "${path}"`).join(', ')}`;
  throw badRequest(contentType(request).includes('patch') ? unknown : `${handled}: ${unknown}`);
}

function refuseApplied(request: ResourceRequest, flaws: Flaws, name: string): void {
  const { kind } = request;
  const problems = [
    ...flaws.unknown.map((path) => `.${path}: field not declared in schema`),
    ...flaws.mistyped.map(
      ({ path, expected, got }) => `.${path}: expected ${expected}, got ${expected.startsWith('numeric') ? goName(got) : shownValue(got)}`,
    ),
  ];
  if (problems.length === 0) return;
  const where = request.namespace === undefined ? `/${name}` : `${request.namespace}/${name}`;
  throw new StatusError(
    500,
    undefined,
    `failed to create typed patch object (${where}; ${kind.group}/${kind.version}, Kind=${kind.kind}): ${problems.length > 1 ? `errors:\n  ${problems.join('\n  ')}` : problems.join('')}`,
  );
}

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32` */
function goMismatch(kind: string, { path, expected, got }: Mistyped): string {
  const type = expected.startsWith('numeric') ? 'int32' : expected === 'boolean' ? 'bool' : expected === 'list' ? 'array' : expected;
  return `json: cannot unmarshal ${goName(got)} into Go struct field ${kind}.${path.replaceAll(/\[\d+\]/g, '')} of type ${type}`;
}

const shownValue = (value: unknown): string =>
  `&value.valueUnstructured{Value:${typeof value === 'string' ? JSON.stringify(value) : isObject(value as never) ? 'map' : String(value)}}`;

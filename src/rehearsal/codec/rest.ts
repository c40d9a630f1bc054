import { parseXML } from '@aws-sdk/xml-builder';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type Operation, type Service } from '../service.ts';
import { jsonMembers, parseJson, readJsonMembers } from './json.ts';
import { demandMembers, inputOf, outputOf, readSimple, simpleText } from './shape.ts';
import { escapeXml, readXmlMembers, xmlMembers } from './xml.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  /** Query parameters that the route itself demands (`/{Bucket}?tagging`). */
  readonly query: URLSearchParams;
  readonly status: number;
  readonly operation: Operation;
}

/** The routes of a REST service, read from the `http` traits of its operations. Longer literal prefixes first. */
export class Routes {
  readonly #routes: readonly Route[];

  constructor(service: Service) {
    this.#routes = Object.values(service.operations)
      .map(routeOf)
      .sort((one, other) => literals(other) - literals(one));
  }

  /** The operation that a method and a path name, with the path's labels. @throws AwsError */
  find(request: WireRequest): { readonly operation: Operation; readonly labels: ReadonlyMap<string, string> } {
    const asked = request.path.split('/');
    const query = new URLSearchParams(request.query);
    for (const route of this.#routes) {
      if (route.method !== request.method || [...route.query.keys()].some((name) => !query.has(name))) continue;
      const labels = match(route.segments, asked);
      if (labels !== undefined) return { operation: route.operation, labels };
    }
    throw new AwsError('UnknownOperationException', 'The requested operation is not known', 404);
  }
}

function routeOf(operation: Operation): Route {
  const [method, uri, status] = httpTrait(operation);
  const [path = '/', query = ''] = uri.split('?');
  const demanded = new URLSearchParams(query);
  demanded.delete('x-id'); // The JavaScript SDK's own mark, which no other client sends.
  return { method, segments: path.split('/'), query: demanded, status, operation };
}

function httpTrait(operation: Operation): readonly [string, string, number] {
  const traits = operation.schema[3];
  if (typeof traits === 'object' && Array.isArray(traits.http)) return traits.http;
  throw new TypeError(`${operation.schema[2]} has no HTTP route in the SDK's schema`);
}

function literals(route: Route): number {
  return route.segments.filter((each) => !each.startsWith('{')).length * 10 + route.segments.length + [...route.query].length;
}

function match(segments: readonly string[], asked: readonly string[]): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const given = asked[index];
    if (given === undefined) return undefined;
    if (segment.startsWith('{') && segment.endsWith('+}')) {
      labels.set(segment.slice(1, -2), decode(asked.slice(index).join('/')));
      return labels;
    }
    if (segment.startsWith('{')) {
      if (given === '') return undefined;
      labels.set(segment.slice(1, -1), decode(given));
    } else if (segment !== given) return undefined;
  }
  return asked.length === segments.length || (asked.length === segments.length + 1 && asked.at(-1) === '') ? labels : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new AwsError('SerializationException', 'The request path is not encoded correctly');
  }
}

/** Labels, query, headers and body of a REST request as the members of the input. @throws AwsError */
export function readRestInput(
  service: Service,
  operation: Operation,
  request: WireRequest,
  labels: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const shape = inputOf(operation.schema);
  if (shape.isUnitSchema()) return {};
  const query = new URLSearchParams(request.query);
  const value: Record<string, unknown> = readRestBody(service, operation, request);
  for (const [name, member] of shape.structIterator()) {
    const traits = member.getMergedTraits();
    const label = labels.get(name);
    if (label !== undefined) value[name] = readSimple(service.protocol, member, label, name);
    else if (traits.httpHeader !== undefined) {
      const header = request.headers[traits.httpHeader.toLowerCase()];
      if (header !== undefined) value[name] = readSimple(service.protocol, member, header, name);
    } else if (traits.httpQuery !== undefined && query.has(traits.httpQuery)) {
      const given = query.getAll(traits.httpQuery);
      const item = member.isListSchema() ? member.getValueSchema() : member;
      const read = given.map((each) => readSimple(service.protocol, item, each, name));
      value[name] = member.isListSchema() ? read : read[0];
    }
  }
  demandMembers(service.protocol, shape, value);
  return value;
}

function readRestBody(service: Service, operation: Operation, request: WireRequest): Record<string, unknown> {
  const shape = inputOf(operation.schema);
  const text = request.body.toString('utf8');
  if (text === '' || !hasBody(shape)) return {};
  if (service.protocol === 'restJson') return readJsonMembers(service.protocol, shape, parseJson(text), '', false);
  const parsed = parseXmlBody(text);
  for (const [name, member] of shape.structIterator()) {
    if (member.getMergedTraits().httpPayload !== undefined) return { [name]: readXmlMembers(member, parsed, '') };
  }
  return withoutDemand(shape, parsed);
}

/** The root element's members; that labels are still missing is not its fault. */
function withoutDemand(shape: NormalizedSchema, parsed: unknown): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  if (typeof parsed !== 'object' || parsed === null) return value;
  for (const [name, member] of shape.structIterator()) {
    const key = member.getMemberTraits().xmlName ?? name;
    const below: unknown = Reflect.get(parsed, key);
    if (below === undefined) continue;
    value[name] = member.isStructSchema()
      ? readXmlMembers(member, below, key)
      : readSimple('restXml', member, typeof below === 'string' ? below : '', key);
  }
  return value;
}

function hasBody(shape: NormalizedSchema): boolean {
  return [...shape.structIterator()].some(([, member]) => {
    const traits = member.getMergedTraits();
    return traits.httpLabel === undefined && traits.httpQuery === undefined && traits.httpHeader === undefined;
  });
}

const MAX_XML_DEPTH = 32;

/** The content of the root element. Depth is looked at before the (recursive) parser sees the text; DOCTYPE is refused. */
function parseXmlBody(text: string): unknown {
  let depth = 0;
  for (const [tag] of text.matchAll(/<[^>]*>/g)) {
    if (tag.startsWith('<!DOCTYPE')) throw new AwsError('InvalidInput', 'Invalid XML');
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>') && !tag.startsWith('<?') && !tag.startsWith('<!')) depth += 1;
    if (depth > MAX_XML_DEPTH) throw new AwsError('InvalidInput', 'Invalid XML ; nested too deeply');
  }
  let root: unknown;
  try {
    root = parseXML(text);
  } catch {
    throw new AwsError('InvalidInput', 'Invalid XML');
  }
  return typeof root === 'object' && root !== null ? (Object.values(root)[0] as unknown) : undefined;
}

/** The answer of a REST operation: members that are headers, the payload member, or all of them as the body. */
export function writeRestAnswer(service: Service, operation: Operation, output: object): WireAnswer {
  const shape = outputOf(operation.schema);
  const [, , status] = httpTrait(operation);
  const headers: Record<string, string> = {};
  const members = shape.isUnitSchema() ? [] : [...shape.structIterator()];
  const rest: Record<string, unknown> = {};
  let payload: { readonly member: NormalizedSchema; readonly value: object } | undefined;
  for (const [name, member] of members) {
    const value: unknown = Reflect.get(output, name);
    if (value === undefined || value === null) continue;
    const traits = member.getMergedTraits();
    if (traits.httpHeader !== undefined) headers[traits.httpHeader.toLowerCase()] = simpleText(member, value, 'http-date');
    else if (traits.httpPayload !== undefined && typeof value === 'object') payload = { member, value };
    else rest[name] = value;
  }
  if (service.protocol === 'restJson') {
    const body = payload === undefined ? jsonMembers(shape, rest) : jsonMembers(payload.member, payload.value);
    return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }
  const root =
    payload === undefined ? rootName(shape, operation) : (payload.member.getMemberTraits().xmlName ?? payload.member.getName() ?? '');
  const inner = payload === undefined ? xmlMembers(shape, rest) : xmlMembers(payload.member, payload.value);
  const namespace = service.xmlNamespace === undefined ? '' : ` xmlns="${escapeXml(service.xmlNamespace)}"`;
  const xml = `<?xml version="1.0"?>\n<${root}${namespace}>${inner}</${root}>`;
  return { status, headers: { ...headers, 'content-type': 'text/xml' }, body: members.length === 0 ? '' : xml };
}

function rootName(shape: NormalizedSchema, operation: Operation): string {
  const traits = shape.getMergedTraits();
  return traits.xmlName ?? shape.getName() ?? `${operation.schema[2]}Response`;
}

import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type Protocol } from '../service.ts';
import { demandMembers, unknownMember, wrongType } from './shape.ts';

const MAX_DEPTH = 64;

/** Parses a body, after a linear look at how deep it is nested. @throws AwsError */
export function parseJson(body: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < body.length; index += 1) {
    const letter = body[index];
    if (quoted) {
      if (letter === '\\') index += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') depth -= 1;
    if (depth > MAX_DEPTH) throw new AwsError('SerializationException', 'The request is nested too deeply');
  }
  try {
    return JSON.parse(body === '' ? '{}' : body) as unknown;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AwsError('SerializationException', 'The request body is not valid JSON');
  }
}

/** The members of a structure from parsed JSON. @throws AwsError for unknown members and wrong types; `demand`: also for missing ones */
export function readJsonMembers(
  protocol: Protocol,
  shape: NormalizedSchema,
  parsed: unknown,
  path = '',
  demand = true,
): Record<string, unknown> {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw wrongType(protocol, path === '' ? 'The request' : path, 'an object');
  const members = new Map([...shape.structIterator()].map(([name, member]) => [jsonName(name, member), { name, member }]));
  const value: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(parsed)) {
    const full = path === '' ? key : `${path}.${key}`;
    const found = members.get(key);
    if (found === undefined) throw unknownMember(protocol, full);
    if (below !== null) value[found.name] = readJson(protocol, found.member, below, full);
  }
  if (demand) demandMembers(protocol, shape, value, path);
  return value;
}

function readJson(protocol: Protocol, shape: NormalizedSchema, parsed: unknown, path: string): unknown {
  if (shape.isStructSchema()) return readJsonMembers(protocol, shape, parsed, path);
  if (shape.isListSchema()) {
    if (!Array.isArray(parsed)) throw wrongType(protocol, path, 'a list');
    return parsed.map((each: unknown, index) => readJson(protocol, shape.getValueSchema(), each, `${path}.${String(index + 1)}`));
  }
  if (shape.isMapSchema()) {
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrongType(protocol, path, 'a map');
    return Object.fromEntries(
      Object.entries(parsed).map(([key, below]) => [key, readJson(protocol, shape.getValueSchema(), below, `${path}.${key}`)]),
    );
  }
  if (shape.isBooleanSchema() && typeof parsed !== 'boolean') throw wrongType(protocol, path, 'a boolean');
  if (shape.isNumericSchema() && typeof parsed !== 'number') throw wrongType(protocol, path, 'a number');
  if (shape.isStringSchema() && typeof parsed !== 'string') throw wrongType(protocol, path, 'a string');
  if (shape.isTimestampSchema()) {
    if (typeof parsed !== 'number') throw wrongType(protocol, path, 'a timestamp');
    return new Date(parsed * 1000);
  }
  if (shape.isBlobSchema()) return Buffer.from(String(parsed), 'base64');
  return parsed;
}

/** The members of a structure as plain JSON; what is not in the schema is not written. Timestamps are epoch seconds. */
export function jsonMembers(shape: NormalizedSchema, value: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  if (shape.isUnitSchema()) return out;
  for (const [name, member] of shape.structIterator()) {
    const below: unknown = Reflect.get(value, name);
    if (below !== undefined && below !== null) out[jsonName(name, member)] = writeJson(member, below);
  }
  return out;
}

function writeJson(shape: NormalizedSchema, value: unknown): unknown {
  if (shape.isStructSchema()) return typeof value === 'object' && value !== null ? jsonMembers(shape, value) : {};
  if (shape.isListSchema()) return Array.isArray(value) ? value.map((each: unknown) => writeJson(shape.getValueSchema(), each)) : [];
  if (shape.isMapSchema()) {
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, writeJson(shape.getValueSchema(), below)]));
  }
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}

function jsonName(name: string, member: NormalizedSchema): string {
  return member.getMemberTraits().jsonName ?? name;
}

import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type Protocol } from '../service.ts';
import { demandMembers, readSimple, unknownMember, wrongType, type Wire, type WireStruct } from './shape.ts';

const MAX_DEPTH = 24;
const MAX_PARAMETERS = 5000;

/**
 * Reads the form of the EC2-Query and Query protocols (`TagSpecification.1.Tag.2.Key=…`) into the members of an input shape.
 * @throws AwsError for parameters that the operation does not have, that are of the wrong type, or that are missing
 */
export function readQueryInput(protocol: 'ec2Query' | 'query', shape: NormalizedSchema, form: URLSearchParams): Record<string, unknown> {
  const parameters = [...form].filter(([name]) => name !== 'Action' && name !== 'Version');
  if (shape.isUnitSchema()) {
    const [first] = parameters;
    if (first !== undefined) throw unknownMember(protocol, first[0]);
    return {};
  }
  return struct(protocol, shape, tree(parameters), '');
}

function tree(parameters: readonly (readonly [string, string])[]): WireStruct {
  if (parameters.length > MAX_PARAMETERS) throw new AwsError('InvalidParameterValue', 'The request has too many parameters');
  const root: Record<string, Wire> = Object.create(null) as Record<string, Wire>;
  for (const [name, value] of parameters) {
    const steps = name.split('.');
    if (steps.length > MAX_DEPTH) throw new AwsError('InvalidParameterValue', 'The request is nested too deeply');
    let node = root;
    for (const step of steps.slice(0, -1)) {
      const next = node[step];
      const below = typeof next === 'object' ? next : (Object.create(null) as Record<string, Wire>);
      node[step] = below;
      node = below;
    }
    const last = steps.at(-1) ?? '';
    if (node[last] === undefined) node[last] = value;
  }
  return root;
}

function read(protocol: Protocol, shape: NormalizedSchema, wire: Wire, path: string): unknown {
  if (shape.isStructSchema()) return wire === '' ? {} : struct(protocol, shape, asStruct(protocol, wire, path), path);
  if (shape.isListSchema()) return wire === '' ? [] : list(protocol, shape, asStruct(protocol, wire, path), path);
  if (shape.isMapSchema()) return wire === '' ? {} : map(protocol, shape, asStruct(protocol, wire, path), path);
  if (typeof wire !== 'string') throw unknownMember(protocol, path);
  return readSimple(protocol, shape, wire, path);
}

function struct(protocol: Protocol, shape: NormalizedSchema, wire: WireStruct, path: string): Record<string, unknown> {
  const members = new Map([...shape.structIterator()].map(([name, member]) => [parameterName(protocol, name, member), { name, member }]));
  const value: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(wire)) {
    const full = path === '' ? key : `${path}.${key}`;
    const found = members.get(key);
    if (found === undefined) throw unknownMember(protocol, full);
    value[found.name] = read(protocol, found.member, below, full);
  }
  demandMembers(protocol, shape, value, path);
  return value;
}

function list(protocol: Protocol, shape: NormalizedSchema, wire: WireStruct, path: string): unknown[] {
  const item = shape.getValueSchema();
  const flat = protocol === 'ec2Query' || shape.getMergedTraits().xmlFlattened !== undefined;
  const itemName = item.getMergedTraits().xmlName ?? 'member';
  const inner = flat ? wire : asStruct(protocol, wire[itemName] ?? {}, path);
  if (!flat) for (const key of Object.keys(wire)) if (key !== itemName) throw unknownMember(protocol, `${path}.${key}`);
  return numbered(protocol, inner, path).map((below, index) => read(protocol, item, below, `${path}.${String(index + 1)}`));
}

function map(protocol: Protocol, shape: NormalizedSchema, wire: WireStruct, path: string): Record<string, unknown> {
  const keyName = shape.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueName = shape.getValueSchema().getMergedTraits().xmlName ?? 'value';
  const entries = shape.getMergedTraits().xmlFlattened === undefined ? asStruct(protocol, wire['entry'] ?? {}, path) : wire;
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const entry of numbered(protocol, entries, path)) {
    const pair = asStruct(protocol, entry, path);
    const key = pair[keyName];
    if (typeof key !== 'string') throw wrongType(protocol, path, 'a map');
    value[key] = read(protocol, shape.getValueSchema(), pair[valueName] ?? '', `${path}.${key}`);
  }
  return value;
}

function numbered(protocol: Protocol, wire: WireStruct, path: string): Wire[] {
  const entries = Object.entries(wire).map(([key, below]) => ({ index: Number(key), key, below }));
  for (const { index, key } of entries) if (!Number.isInteger(index) || index < 0) throw unknownMember(protocol, `${path}.${key}`);
  return entries.sort((one, other) => one.index - other.index).map((each) => each.below);
}

function asStruct(protocol: Protocol, wire: Wire, path: string): WireStruct {
  if (typeof wire === 'string') throw wrongType(protocol, path, 'a structure');
  return wire;
}

function parameterName(protocol: Protocol, name: string, member: NormalizedSchema): string {
  const traits = member.getMemberTraits();
  if (protocol !== 'ec2Query') return traits.xmlName ?? name;
  if (typeof traits.ec2QueryName === 'string') return traits.ec2QueryName;
  const key = traits.xmlName ?? name;
  return key.charAt(0).toUpperCase() + key.slice(1);
}

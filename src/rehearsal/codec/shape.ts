import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import { AwsError, type Protocol } from '../service.ts';

/** A tree without types, as the wire gave it: a text, a list of parameters by name, or items in order. */
export type Wire = string | WireStruct;
export interface WireStruct {
  readonly [name: string]: Wire;
}

export function inputOf(schema: StaticOperationSchema): NormalizedSchema {
  return NormalizedSchema.of(schema[4]);
}

export function outputOf(schema: StaticOperationSchema): NormalizedSchema {
  return NormalizedSchema.of(schema[5]);
}

/** How many members, from the first, AWS demands: the seventh field of the SDK's structure schemas. */
export function requiredCount(shape: NormalizedSchema): number {
  const schema = shape.getSchema();
  return Array.isArray(schema) && typeof schema[6] === 'number' ? schema[6] : 0;
}

/** Members that AWS demands must be there: refused in the words of the protocol. @throws AwsError */
export function demandMembers(protocol: Protocol, shape: NormalizedSchema, value: Readonly<Record<string, unknown>>, path = ''): void {
  const names = [...shape.structIterator()].map(([name]) => name).slice(0, requiredCount(shape));
  for (const name of names) {
    if (value[name] !== undefined) continue;
    const full = path === '' ? name : `${path}.${name}`;
    throw missing(protocol, full);
  }
}

function missing(protocol: Protocol, name: string): AwsError {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  if (protocol === 'ec2Query') return new AwsError('MissingParameter', `The request must contain the parameter ${lower}`);
  const text = `1 validation error detected: Value null at '${lower}' failed to satisfy constraint: Member must not be null`;
  if (protocol === 'query') return new AwsError('ValidationError', text);
  if (protocol === 'restXml') return new AwsError('InvalidInput', text);
  return new AwsError('ValidationException', text);
}

export function unknownMember(protocol: Protocol, name: string): AwsError {
  if (protocol === 'ec2Query') return new AwsError('UnknownParameter', `The parameter ${name} is not recognized`);
  if (protocol === 'query') return new AwsError('MalformedInput', `Unexpected parameter ${name}`);
  if (protocol === 'restXml') return new AwsError('InvalidInput', `Invalid XML ; unexpected element ${name}`);
  return new AwsError('SerializationException', `Unexpected field ${name}`);
}

export function wrongType(protocol: Protocol, name: string, wanted: string): AwsError {
  if (protocol === 'ec2Query') return new AwsError('InvalidParameterValue', `Invalid value for parameter ${name}: must be ${wanted}`);
  if (protocol === 'query') return new AwsError('MalformedInput', `Invalid ${wanted} for ${name}`);
  if (protocol === 'restXml') return new AwsError('InvalidInput', `Invalid XML ; ${name} must be ${wanted}`);
  return new AwsError('SerializationException', `${name} must be ${wanted}`);
}

/** A text of the wire as the schema's simple type. @throws AwsError */
export function readSimple(protocol: Protocol, shape: NormalizedSchema, text: string, name: string): unknown {
  if (shape.isBooleanSchema()) {
    if (/^true$/i.test(text)) return true;
    if (/^false$/i.test(text)) return false;
    throw wrongType(protocol, name, 'a boolean');
  }
  if (shape.isNumericSchema()) {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number)) throw wrongType(protocol, name, 'a number');
    return number;
  }
  if (shape.isTimestampSchema()) {
    const time = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
    if (Number.isNaN(time.getTime())) throw wrongType(protocol, name, 'a timestamp');
    return time;
  }
  if (shape.isBlobSchema()) return Buffer.from(text, 'base64');
  return text;
}

const TIMESTAMP_HTTP_DATE = 6;
const TIMESTAMP_EPOCH = 7;

/** A value as text for XML, a header or a query. `byDefault`: the timestamp format where the schema names none. */
export function simpleText(shape: NormalizedSchema, value: unknown, byDefault: 'date-time' | 'http-date' = 'date-time'): string {
  if (value instanceof Date) {
    const format = shape.getSchema();
    if (format === TIMESTAMP_EPOCH) return String(value.getTime() / 1000);
    if (format === TIMESTAMP_HTTP_DATE || (format === 4 && byDefault === 'http-date')) return value.toUTCString();
    return value.toISOString();
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

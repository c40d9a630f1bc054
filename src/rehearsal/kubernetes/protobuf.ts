import type { FieldType, ObjectType, Scalar } from './fieldType.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { MODEL_KINDS, modelType } from './model.ts';
import { badRequest } from './statusError.ts';

/**
 * Protobuf as typed clients of Go send it (Helm its releases, kubectl some of its `create`s): an envelope of four bytes and a
 * `runtime.Unknown`, in it the object by the field numbers of its .proto file (kubernetes/apimachinery, `pkg/runtime/serializer/protobuf`).
 */
const PREFIX = Buffer.from('k8s\0', 'latin1');

export const isProtobuf = (body: Buffer): boolean => body.subarray(0, PREFIX.length).equals(PREFIX);

/** @throws StatusError 400 for what is no object of a kind that is known */
export function decodeProtobuf(body: Buffer): JsonObject {
  const envelope = new Message(body.subarray(PREFIX.length));
  const typeMeta = new Message(envelope.bytes(1));
  const [apiVersion, kind] = [typeMeta.bytes(1).toString('utf8'), typeMeta.bytes(2).toString('utf8')];
  const type = typeNamed(apiVersion, kind);
  if (type === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { ...decodeObject(new Message(envelope.bytes(2)), type), apiVersion, kind };
}

/** Types that are sent and never kept. */
const QUESTIONS = [
  'authorization.v1.SelfSubjectAccessReview',
  'authorization.v1.SelfSubjectRulesReview',
  'authentication.v1.TokenRequest',
  'autoscaling.v1.Scale',
  'policy.v1.Eviction',
  'core.v1.Binding',
  'meta.v1.DeleteOptions',
];

function typeNamed(apiVersion: string, kind: string): ObjectType | undefined {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const question = QUESTIONS.find(
    (name) => name.endsWith(`.${kind}`) && (kind === 'DeleteOptions' || name.startsWith(`${group.split('.')[0] || 'core'}.${version}.`)),
  );
  if (question !== undefined) return modelType(question);
  const found = MODEL_KINDS.find((each) => each.kind === kind && each.group === group && each.version === version);
  return found === undefined ? undefined : modelType(found.type);
}

/** One message on the wire: what stands under each number. */
class Message {
  readonly #fields = new Map<number, (Buffer | bigint)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; at < bytes.length; shift += 7n) {
        const byte = bytes[at++] ?? 0;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      return value;
    };
    while (at < bytes.length) {
      const key = Number(varint());
      const length = [-1, 8, -2, 0, 0, 4][key & 7] ?? 0;
      if (length === -1) this.#add(key >> 3, varint());
      else if (length === 0) throw badRequest('the body is not the protobuf of an object');
      else {
        const size = length === -2 ? Number(varint()) : length;
        if (at + size > bytes.length) throw badRequest('the body is not the protobuf of an object');
        this.#add(key >> 3, bytes.subarray(at, at + size));
        at += size;
      }
    }
  }

  values(number: number): readonly (Buffer | bigint)[] {
    return this.#fields.get(number) ?? [];
  }

  /** The bytes of a field, none where it is not there. */
  bytes(number: number): Buffer {
    const value = this.values(number).at(-1);
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
  }

  integer(number: number): bigint {
    const value = this.values(number).at(-1);
    return typeof value === 'bigint' ? value : 0n;
  }

  #add(number: number, value: Buffer | bigint): void {
    this.#fields.set(number, [...(this.#fields.get(number) ?? []), value]);
  }
}

function decodeObject(message: Message, type: ObjectType): JsonObject {
  return Object.fromEntries(
    type.fields().flatMap((name): [string, Json][] => {
      const field = type.field(name);
      if (field?.number === undefined) return [];
      const value = decodeField(valuesAt(message, field.number), field.type);
      return value === undefined || isEmptyDefault(value, name, type) ? [] : [[name, value]];
    }),
  );
}

/** `2.5`: field 5 of the message that is field 2. */
function valuesAt(message: Message, number: string): readonly (Buffer | bigint)[] {
  const [own = 0, inner] = number.split('.').map(Number);
  return inner === undefined ? message.values(own) : new Message(message.bytes(own)).values(inner);
}

/** Go writes the zero values of what is not a pointer; in JSON they are left out. */
function isEmptyDefault(value: Json, name: string, type: ObjectType): boolean {
  if (type.required.includes(name)) return false;
  return (
    value === '' ||
    value === null ||
    (isObject(value) &&
      Object.keys(value).length === 0 &&
      ['metadata', 'spec', 'status', 'strategy', 'updateStrategy', 'resources'].includes(name))
  );
}

function decodeField(values: readonly (Buffer | bigint)[], type: FieldType): Json | undefined {
  const last = values.at(-1);
  if (last === undefined) return undefined;
  if (type.is === 'list') return values.map((value) => decodeOne(value, type.of));
  if (type.is === 'map') {
    const entries = values.filter((value) => Buffer.isBuffer(value)).map((value) => new Message(value));
    return Object.fromEntries(
      entries.map((entry) => [entry.bytes(1).toString('utf8'), decodeOne(entry.values(2).at(-1) ?? Buffer.alloc(0), type.of)]),
    );
  }
  return decodeOne(last, type);
}

function decodeOne(value: Buffer | bigint, type: FieldType): Json {
  switch (type.is) {
    case 'object':
      return decodeObject(new Message(bufferOf(value)), type);
    case 'scalar':
      return decodeScalar(value, type.scalar);
    case 'list':
    case 'map':
      return decodeField([value], type) ?? null;
    case 'any':
      return rawJson(new Message(bufferOf(value)).bytes(1));
  }
}

function decodeScalar(value: Buffer | bigint, scalar: Scalar): Json {
  switch (scalar) {
    case 'boolean':
      return value === 1n;
    case 'integer':
      return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
    case 'number':
      return Buffer.isBuffer(value) && value.length === 8 ? value.readDoubleLE() : 0;
    case 'bytes':
      return bufferOf(value).toString('base64');
    case 'time': {
      const seconds = BigInt.asIntN(64, new Message(bufferOf(value)).integer(1));
      return seconds === 0n || bufferOf(value).length === 0 ? null : new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
    }
    case 'quantity':
      return new Message(bufferOf(value)).bytes(1).toString('utf8');
    case 'intOrString': {
      const message = new Message(bufferOf(value));
      return message.integer(1) === 1n ? message.bytes(3).toString('utf8') : Number(BigInt.asIntN(32, message.integer(2)));
    }
    case 'string':
      return bufferOf(value).toString('utf8');
  }
}

const bufferOf = (value: Buffer | bigint): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

function rawJson(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return null;
  }
}

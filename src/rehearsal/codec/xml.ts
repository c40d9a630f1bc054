import type { NormalizedSchema } from '@smithy/core/schema';
import { demandMembers, readSimple, simpleText, unknownMember, wrongType } from './shape.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\r': '&#xD;' };

/** Text between tags. What XML 1.0 cannot hold at all (control characters) becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"'\r]/g, (letter) => ESCAPES[letter] ?? letter)
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}

export function element(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

/** The members of a structure as elements, in the schema's order; what is not in the schema is not written. */
export function xmlMembers(shape: NormalizedSchema, value: object): string {
  if (shape.isUnitSchema()) return '';
  let text = '';
  for (const [name, member] of shape.structIterator()) {
    const below: unknown = Reflect.get(value, name);
    if (below === undefined || below === null) continue;
    text += named(member.getMemberTraits().xmlName ?? name, member, below);
  }
  return text;
}

function named(name: string, shape: NormalizedSchema, value: unknown): string {
  if (shape.isListSchema()) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    const item = shape.getValueSchema();
    const flat = shape.getMergedTraits().xmlFlattened !== undefined;
    const inner = items.map((each) => named(flat ? name : (item.getMergedTraits().xmlName ?? 'member'), item, each)).join('');
    return flat ? inner : element(name, inner);
  }
  if (shape.isMapSchema()) return element(name, mapEntries(shape, value));
  if (shape.isStructSchema()) return element(name, typeof value === 'object' && value !== null ? xmlMembers(shape, value) : '');
  return element(name, escapeXml(simpleText(shape, value)));
}

function mapEntries(shape: NormalizedSchema, value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const keyName = shape.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueSchema = shape.getValueSchema();
  const valueName = valueSchema.getMergedTraits().xmlName ?? 'value';
  return Object.entries(value)
    .map(([key, below]) => element('entry', element(keyName, escapeXml(key)) + named(valueName, valueSchema, below)))
    .join('');
}

/** Reads what `@aws-sdk/xml-builder` parsed (texts, objects, arrays where an element repeats) into the members of a shape. @throws AwsError */
export function readXmlMembers(shape: NormalizedSchema, parsed: unknown, path: string): Record<string, unknown> {
  if (typeof parsed !== 'object' || parsed === null) return {};
  const members = new Map(
    [...shape.structIterator()].map(([name, member]) => [member.getMemberTraits().xmlName ?? name, { name, member }]),
  );
  const value: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(parsed)) {
    if (key === '#text' || key === 'xmlns' || key.startsWith('xmlns:')) continue;
    const found = members.get(key);
    if (found === undefined) throw unknownMember('restXml', key);
    value[found.name] = readXml(found.member, below, path === '' ? key : `${path}.${key}`);
  }
  demandMembers('restXml', shape, value, path);
  return value;
}

function readXml(shape: NormalizedSchema, parsed: unknown, path: string): unknown {
  if (shape.isStructSchema()) return readXmlMembers(shape, parsed, path);
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    const flat = shape.getMergedTraits().xmlFlattened !== undefined;
    const inner: unknown = flat ? parsed : itemsOf(parsed, item.getMergedTraits().xmlName ?? 'member');
    const items: readonly unknown[] = inner === undefined ? [] : Array.isArray(inner) ? inner : [inner];
    return items.map((each) => readXml(item, each, path));
  }
  if (typeof parsed !== 'string') throw wrongType('restXml', path, 'a text');
  return readSimple('restXml', shape, parsed, path);
}

function itemsOf(parsed: unknown, name: string): unknown {
  return typeof parsed === 'object' && parsed !== null ? (Reflect.get(parsed, name) as unknown) : undefined;
}
